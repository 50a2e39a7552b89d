package archive

import (
	"context"
	"net/netip"
	"time"
)

// RetrievalLimits bound the look-up of citizens. Wrong look-ups are counted, right ones are not: behind one address of a mobile
// network stand thousands of people. Zero means the default in DefaultLimits.
type RetrievalLimits struct {
	GrantTime    time.Duration // how long the right code opens the results
	AddressTries int           // wrong look-ups from one address (IPv6: one /64) without waiting
	AddressEvery time.Duration // and one more after each such time
	DossierTries int           // the same of one dossier, whatever the address
	DossierEvery time.Duration
	HouseTries   int // the same of the whole house
	HouseEvery   time.Duration
	Addresses    int // whose wrong look-ups of one hour are told apart
	Comment      int // characters of what somebody says about the service
}

// pace is a rate with a burst, kept as one time (the generic cell rate algorithm): every hit moves the time at which all
// is forgotten by every, and a hit is let through while that time is less than tries of them ahead.
type pace struct {
	tries int
	every time.Duration
}

// wait says how long the next hit has to wait; 0: not at all. It never is longer than tries times every, whatever the clock did.
func (p pace) wait(due, now time.Time) time.Duration {
	return max(0, p.ahead(due, now)-time.Duration(p.tries-1)*p.every)
}

// ahead is how much is not forgotten yet, at most tries times every. What lies twice as far ahead was written before the clock went
// back, and holds nobody up; a little more is the clock of another node.
func (p pace) ahead(due, now time.Time) time.Duration {
	most := time.Duration(p.tries) * p.every
	ahead := due.Sub(now)
	if ahead > 2*most {
		return 0
	}
	return min(max(0, ahead), most)
}

func (p pace) hit(due, now time.Time) time.Time {
	return now.Add(min(p.ahead(due, now)+p.every, time.Duration(p.tries)*p.every))
}

// gate is the limits of one look-up: the house, the address, the dossier, and the right look-ups of the dossier.
type gate struct {
	places []string
	paces  []pace
	due    []time.Time
}

const (
	gateHouse = iota
	gateAddress
	gateDossier
	gateHolder
)

func (a *Archive) gate(address string, code DossierCode) *gate {
	l := a.Limits.Retrieval
	dossier := pace{l.DossierTries, l.DossierEvery}
	return &gate{
		places: []string{"house", "address/" + Network(address), "dossier/" + string(code), "holder/" + string(code)},
		paces:  []pace{{l.HouseTries, l.HouseEvery}, {l.AddressTries, l.AddressEvery}, dossier, dossier},
	}
}

// wait reads how far the places are, and says how long this look-up has to wait. Of an address that is not known for a wrong
// look-up the dossier's limit does not stop one: whoever guesses at a dossier from many addresses cannot keep its owner out for
// longer than the owner's own mistakes are remembered.
func (g *gate) wait(ctx context.Context, tx Tx, now time.Time) (wait time.Duration, err error) {
	if g.due, err = tx.Tries().Due(ctx, g.places); err != nil {
		return 0, err
	}
	wait = max(g.paces[gateHouse].wait(g.due[gateHouse], now), g.paces[gateAddress].wait(g.due[gateAddress], now))
	if g.due[gateAddress].After(now) {
		wait = max(wait, g.paces[gateDossier].wait(g.due[gateDossier], now))
	}
	return wait, nil
}

// charge books a look-up on the places from one to before another.
func (g *gate) charge(ctx context.Context, tx Tx, now time.Time, from, to int) error {
	due := make([]time.Time, 0, to-from)
	for i := from; i < to; i++ {
		due = append(due, g.paces[i].hit(g.due[i], now))
	}
	return tx.Tries().Put(ctx, g.places[from:to], due, now)
}

// Network is what stands for an address where guesses are counted: an IPv4 address itself, the /64 of an IPv6 one, of which a
// household has one or many, never a part.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}

// MaskAddress hides who exactly an address belongs to, for those who need to know only whether it was always the same one:
// 203.0.113.* or 2001:db8:1:*.
func MaskAddress(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return ""
	}
	s := p.Addr().String() // ends in "0" or "::"
	return s[:len(s)-1] + "*"
}

func tooManyLookups(wait time.Duration) error {
	e := Fault(Unavailable, "too_many_lookups", Text{"Đã tra cứu sai nhiều lần. Xin chờ một lát rồi thử lại.", "Too many wrong look-ups. Wait a while, then try again."})
	e.RetryAfter = max(wait, time.Second)
	return e
}
