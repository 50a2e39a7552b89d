package api

import (
	"context"
	"net/http"
	"time"

	"sohoa/api/reply"
	"sohoa/archive"
)

// asker is who asks at the door that needs no account: an address and a request, for the limits and the trail.
func asker(ctx context.Context) archive.Actor {
	return archive.Actor{Role: archive.RoleCitizen, Address: visitOf(ctx).address, Request: reply.From(ctx).ID}
}

// Asker is asker for pages.
func (d *door) Asker(r *http.Request) archive.Actor { return asker(r.Context()) }

// Grant returns the secret of a look-up that a request carries, SetGrant hands it to the browser ("" takes it away).
func (d *door) Grant(r *http.Request) string { return d.keeper.Grant(r) }

func (d *door) SetGrant(w http.ResponseWriter, secret string, lasts time.Duration) {
	d.keeper.SetGrant(w, secret, lasts)
}

// lookUpAt is where citizens look their results up, as it is printed on receipts: the public URL of the house; where none was
// given, the address by which the clerk reaches it, which on a machine without one is the best there is.
func (d *door) lookUpAt(r *http.Request) string {
	if d.public.Host != "" {
		return d.public.Scheme + "://" + d.public.Host + "/t"
	}
	if r.TLS != nil {
		return "https://" + r.Host + "/t"
	}
	return "http://" + r.Host + "/t"
}

// LookUpAt is lookUpAt for pages.
func (d *door) LookUpAt(r *http.Request) string { return d.lookUpAt(r) }
