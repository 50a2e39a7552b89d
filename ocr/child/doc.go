// Package child runs inspection and reading in sandboxed child processes and gives the archive its Inspector, Reader and Assembler.
//
// The program's main hands Roles(work) to sandbox.Main before anything else; the same program, started again as a child,
// then runs the functions of Work on the papers it is passed. The parent side, NewInspector, NewReader and NewAssembler, holds the
// pools and turns what became of a child into what the archive's ports promise: a paper that crashes, hangs or bloats its
// inspector is refused, a page that does so to its reader is marked failed and the next page is read.
//
// Five roles: inspect and assemble (no file, no process; the latter sends the file it makes back through the channel), read
// and render (may start Tesseract, read the system's libraries and the compile cache, write in a scratch folder), and warm,
// the only one that may write the compile cache of the page renderer. What a reader child could be talked into writing must
// not become code that the next one runs.
package child
