package reply

import "net/http"

// Sealed is the policy of whatever is no page of this house: data, files, pictures, errors. Opened by itself it loads nothing, runs
// nothing, sends nothing, stands in nobody's frame and has an origin of its own (W3C CSP 3).
const Sealed = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// unused are the abilities of a browser that no page of this house asks for. Copying to the clipboard is not among them.
const unused = "accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), " +
	"gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), " +
	"screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"

// transport holds browsers to https for a year, the hosts below this one too (RFC 6797). A browser takes it only from a connection
// whose certificate it trusts, so a first day with one made by the house itself locks nobody out.
const transport = "max-age=31536000; includeSubDomains"

// Shield sets what every answer carries, whoever makes it. An answer that needs more sets it later: a page its own policy, a file that
// may be kept its own Cache-Control. Nothing is kept where nobody says otherwise: answers hold names.
func Shield(h http.Header, https bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", Sealed)
	h.Set("Permissions-Policy", unused)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if https {
		h.Set("Strict-Transport-Security", transport)
	}
}
