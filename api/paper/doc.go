// Package paper makes what is printed: sheets of A4 as PDF, with the fonts they need inside. The same call gives the same bytes.
package paper
