// Package viet knows Vietnamese as it stands on paper and as people type it: one Unicode form, one place for the tone mark,
// folding for those who type without marks, words, aliases, alphabetical order, and text of the encodings before Unicode.
//
// Two forms of a text are used for matching. Exact keeps every mark and unifies what carries no meaning: case, the place of
// the tone mark, look-alike letters, apostrophes and dashes. Fold goes further and drops the marks, so that duong finds
// đường and dương. Both work cluster by cluster (a letter with the combining marks that follow it), give the same answer
// for composed and decomposed input, and are idempotent.
package viet
