// Package api is the house's front: one http.Handler with the REST interface, its OpenAPI document and its description for
// people, the signs of life for operators, and the pages. gin and huma live in this room and nowhere else.
//
// What stands here is what every request passes: its number, who asks, limits of size and pace, the log and the measures.
// The operations are in api/rest, the answers to errors in api/reply, passwords and cookies in api/session. Siblings do
// not know each other; this package hands each what it needs.
package api
