// Package api is the house's front: one http.Handler with the REST interface, its OpenAPI document and its description for
// people, the signs of life for operators, and the pages. gin and huma live in this room and nowhere else.
//
// What stands here is what every request passes: its number, who asks, limits of size and pace, the log and the measures.
// The operations are in api/rest, the answers to errors in api/reply, passwords and cookies in api/session, pages in
// api/web. Siblings do not know each other; this package hands each what it needs.
//
// Decisions, with what was rejected:
//
//   - Members and parameters that do not exist are refused by name (400). Ignoring them is friendlier to old clients, but a
//     mistyped field would be lost and a mistyped filter would answer with everything.
//   - What is wrong with a request is 400, whoever found it; 422 is for papers and for a reused Idempotency-Key. huma's own
//     choice, 422 for wrong fields, would make one fault two statuses.
//   - Every change of a changeable thing asks for If-Match, moves too; `If-Match: *` says "whatever it is now". A new scan
//     does not: it overwrites nothing.
//   - A secret is shown once. The answer kept for an Idempotency-Key has none, so a repeat gets the same thing without it.
//   - /metrics answers this machine itself and administrators. A proxy on this machine passes strangers on, so a request
//     with a forwarding header is no longer local; a proxy that adds none must not pass /metrics on.
//   - Uploads have no time limit but a slowest pace (pace.go). http.Server.ReadTimeout would cut honest slow lines.
//   - No CORS: programs of others use tokens from servers; pages of others have no business here. A browser's request with
//     a cookie is checked for its origin (net/http.CrossOriginProtection); a hidden form field would add nothing.
//   - The log tells routes, never paths or queries, and no addresses: who did what is in the trail, under the same number.
package api
