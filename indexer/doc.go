// Package indexer serves the archive's Index port with bleve: it decides how a paper becomes terms, keeps the terms in
// scorch segments on disk, and answers questions inside what the asker may see.
//
// # What is in the index
//
// One folded field holds every word of a paper, metadata and text, with positions: a word of a query is one posting list
// whatever part of the paper it stands in. One exact field holds the same words with their marks, as bare lists without
// counts or positions; it only decides rank. Small folded fields hold the parts people name in a query (number, subject,
// signer …), and keyword fields carry filters, rights and facets. The text itself is not kept: snippets are cut from the
// text the archive has, so that it lives once.
//
// # Positions, and what was rejected
//
// bleve writes about six bytes for every occurrence of a word (field, position, offsets, array). Nothing here needs the
// offsets, so a term has one location per paper: its first position, and the distances to the following ones where bleve
// keeps array positions. BenchmarkLayout measures this against plain bleve positions and against indexing pairs of
// syllables without positions; README.md has the figures. Phrases are answered by a small evaluator of our own that reads these
// lists, looks at positions only where all words meet, and never makes an object per occurrence.
//
// # Rank
//
// A question typed with marks ranks papers first by how many of its words they hold with exactly those marks, and then by
// the words' weight (a BM25 without the corpus-wide average length, which bleve does not keep), words in the metadata and
// words that stand side by side. Typed without marks, only the weight counts.
//
// # Files
//
// dir/format names the format; dir/0001, 0002 … are bleve indexes, the last of which is written to. A new one begins at
// Options.Rollover papers. Everything here is derived and can be deleted.
package indexer
