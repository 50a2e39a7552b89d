// Package intake takes papers in from folders: one given once (sohoa import), one that is watched (sohoa import --watch),
// and the inbox of a server, into which network scanners write over SMB or FTP (sohoa serve --inbox).
//
// One Folder does all three. It finds files, decides when one has stopped growing, hands it to a Depositor, remembers what
// was acknowledged in a Journal, and only then removes the file or moves it on. It knows neither the archive's doors nor
// the server's: where a paper goes and what is said about it is decided by Config.Plan, and who takes it by
// Config.Depositor.
//
// # What a power failure leaves
//
//	before the deposit is acknowledged   the file in the folder and nothing of it in the house: it is deposited again
//	acknowledged, not in the journal     the file; the Depositor knows Request.Key and answers with the same paper
//	in the journal, not yet claimed      the file; the next round compares its bytes with the journal and removes it
//	claimed, not yet removed or moved    the file under a hidden name beside its own; the next walk gives it its name back
//	copied to another file system        the file, and a hidden half copy in the folder for done ones, which stays there
//	refused, the reason written          the file and a reason without a file in REFUSED; it is judged again
//
// A file is never removed that was not read to its end, found unchanged afterwards, and acknowledged with those very bytes.
//
// # What is not held
//
// A writer that keeps a file open, pauses for longer than the settling time in the middle of it, holds no lock, and works
// from another machine cannot be told from one that has finished, unless the end of the file gives it away. Such a half file is
// deposited as it stands, and what is written to it later is lost with its name. The end of PDF, JPEG and PNG files is
// looked at for that reason; raise the settling time for scanners slower than that.
package intake
