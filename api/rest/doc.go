// Package rest is the REST interface under /api/v1: JSON operations by huma, bytes in and out by plain gin handlers that
// are described in the same OpenAPI document. It holds no rule of the archive: a handler reads who asks, what is asked,
// makes one call, and puts the result into the contract's words.
package rest
