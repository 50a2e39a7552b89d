// Package reply turns an error of the domain into an answer: the status, the words in the caller's language, and the
// problem document of RFC 9457. It never repeats a value that the caller sent, and it shows nothing of an unforeseen
// error but the number of the request, by which the log is searched.
package reply
