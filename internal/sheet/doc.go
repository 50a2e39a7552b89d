// Package sheet reads and writes tables as people pass them on: CSV and XLSX. It is made for files from strangers: every
// size has a limit, nothing in a file is executed or fetched, and what it writes never becomes a formula.
//
// Reading. Rows are streamed. Of a workbook only the parts that hold the chosen sheet's cells are opened; formulas are read as
// the value their program left beside them; numbers come without exponent and without the noise of binary fractions; days,
// which a workbook keeps as numbers, come as days. A file that breaks off in the middle is an error, never a short table.
//
// Writing. Text is written as text: in a workbook by the type of the cell, in CSV behind an apostrophe where a spreadsheet
// would take it for a formula (Guard).
//
// XLSX is done here over archive/zip and encoding/xml and not by a library. The one Go library that is kept up, excelize (2.11.1
// of November 2026), was tried: a sheet cut off in the middle reads as a shorter one without an error, so that rows of a
// delivery would vanish unseen; while streaming it tells a day only as the cell's format shows it, so that 01/05/2024 may be
// either of two days; it unpacks every part of the file, pictures included; it writes no comments while streaming; and it adds
// six megabytes of formula engine to the program. The parts of the format that tables need are small. Excelize remains as the
// witness of the tests: it reads what we write, and we read what it writes.
package sheet
