// Package ocr reads papers: page by page it decides where the words of a page come from, gets a scan ready, has it
// recognised and hands over words with their places.
//
// Its functions run inside a sandboxed child process (package ocr/child starts it); they open only what they are given.
// While the recogniser works on one page the next are prepared, a bounded number of them, which wait as files: a paper
// of a thousand pages takes no more memory than one of twenty.
package ocr
