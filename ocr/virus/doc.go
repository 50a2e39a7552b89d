// Package virus asks clamd, the daemon of ClamAV, whether a file holds something it knows. The file goes over a socket
// (INSTREAM), so that clamd needs no right to our folders and may run on another machine.
//
// Every answer but two plain ones, "OK" and "… FOUND", means that the file was not judged: clamd away, busy, too slow, talking
// of something else, or a file larger than it takes. What happens to an unjudged file is the archive's rule; here nothing is
// ever taken for clean that clamd has not called clean.
//
// clamd itself calls a file clean that it skipped for its size, unless it is told otherwise. In clamd.conf, StreamMaxLength,
// MaxFileSize and MaxScanSize have to be as large as the largest file taken in, and AlertExceedsMax has to be yes; what it
// then reports under Heuristics.Limits.Exceeded counts here as not judged.
//
// Whoever can speak in clamd's place decides what is clean: its socket belongs to a folder that only clamd can write, and TCP
// on a wire nobody else is on, because the protocol has neither keys nor encryption.
package virus
