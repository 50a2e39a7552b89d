// Package delivery says what the index of a contractor's delivery means. A delivery is a folder of files with a table beside it, one
// row for each paper; the table comes from whoever scanned, under headings of their own, in Vietnamese or English, with and
// without marks.
//
// Index reads the table: it finds the row of headings, tells which column is what, and hands out the rows below. Reader makes of a
// row what a deposit needs, or says for each cell what is wrong with it. Files tells which file of the folder a row means.
// Nothing here touches a disk or a catalog.
//
// A row stands alone: what is wrong with one says nothing of the others. Of a wrong row nothing is taken, because a paper with half
// of its fields looks like one whose fields somebody has left out on purpose. What is only doubtful, an identity number that
// fails its check for example, is taken and told, as it is when a clerk types it.
package delivery
