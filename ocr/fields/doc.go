// Package fields proposes what a paper says of itself: the fields of Decree 30/2020/NĐ-CP, annex I (number, notation, place and
// date, agency, type and subject, signer, addressees, secrecy, urgency) and of common results of procedures (owner, personal id,
// serial, validity), from the words read on it and where they stand.
//
// Everything here is a proposal with a confidence and a place on the page; a clerk looks at it and takes it or leaves it.
// Fixed phrases (the national header, the names of types and positions, the agencies of the registry) are found by edit distance
// on folded text, because recognised Vietnamese errs in marks first. Names are proposed as read. What was written by hand (the
// gap after "Số:", the day before "tháng") is left to the clerk: nothing is proposed rather than a guess.
package fields
