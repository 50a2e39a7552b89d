// Package tesseract runs the Tesseract program (4 or 5) on page images and brings back words with boxes and confidence.
//
// One run of the program reads a batch: a list file names the images, standard output carries the words of page after
// page as TSV, standard error says which page it is at. That saves the start of the program for every page and still
// tells exactly which page is slow or fatal: Run kills the program, gives up that page alone and goes on with the rest.
//
// Standard output is a pipe, which the C library fills in blocks of 4 KB: the last words of a page come out when the
// next page has been read or the program ends. Pages of which that has not been seen when the program dies are read
// again. Rejected: one run per page (8 % more processor time at 0.7 s a page), a pseudo-terminal to make the library
// flush by line (wants /dev/ptmx inside the sandbox), hOCR (ten times the bytes for the same words).
package tesseract
