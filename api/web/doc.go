// Package web is the pages of the house: html/template over the acts of archive, one typed struct per page, one catalogue
// of texts in Vietnamese and English. A page works without script; small modules make it quicker. Nothing is fetched from
// another host and nothing runs that is not a file of this package (see policy).
package web
