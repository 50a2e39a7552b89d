// Package syllable repairs what a recogniser misread in Vietnamese text: a mark or a look-alike letter of one syllable
// ("triên khai" for "triển khai"). It knows which syllables the language can have, and which of them it has met side by
// side: a small list of the words of administration, and what the archive's own certain text has taught it.
//
// A syllable is repaired only where its neighbours say so: the pair as read was never met, the pair as repaired is well
// known, and no other reading comes near. Where it is likely and not sure, the better reading is proposed and nothing is
// changed. Numbers, codes, abbreviations and what is written like a name are never changed. Every Repair says what was
// read, what was made of it, by which pairs and how sure, so that a person can judge it.
//
// Rejected: a model of syllables alone (it makes "cơ thể" of every "có thể" whose mark was lost), and one that also
// segments and inserts words (it invents text that stands on no paper).
package syllable
