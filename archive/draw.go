package archive

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// How the lot is drawn. Every day has a secret of 32 bytes, made at its first draw, when the trail is told its SHA-256. A paper's
// lot is HMAC-SHA256(secret, "sohoa/draw/1" ‖ LF ‖ digest of its file in hex), the first eight bytes big-endian modulo 10,000; it
// is drawn when that is below the share in hundredths of a percent. So nobody can tell a lot beforehand, the same file has the
// same lot all day however often it is submitted, and a paper once drawn stays drawn until somebody else has accepted it. The
// first draw of a later day tells the trail the secret, by which anybody can compute all lots of the day again.

const drawKey = "draw_secret"

// daysSecret is the secret of a day that is not told yet.
type daysSecret struct {
	Day    string `json:"day"`
	Secret string `json:"secret"`
}

// lots is how many lots there are: a share has hundredths of a percent.
const lots = 10_000

func lot(secret []byte, file Digest) int {
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "sohoa/draw/1\n%s", file.Hex())
	return int(binary.BigEndian.Uint64(h.Sum(nil)) % lots)
}

// fallsOn reports whether a lot is among the share.
func fallsOn(n int, percent float64) bool { return n < int(math.Round(percent*lots/100)) }

// draw draws the lot of d and tells it to the event of the submission.
func (a *Archive) draw(ctx context.Context, actor Actor, d *Document, policy CheckPolicy, p *pending) (bool, error) {
	now := a.Clock.Now()
	var s daysSecret
	// Power lost after this: a secret nothing was drawn with yet.
	if err := a.update(ctx, func(tx Tx) (err error) { s, err = secretOf(ctx, tx, now, true); return err }); err != nil {
		return false, err
	}
	secret, err := hex.DecodeString(s.Secret)
	if err != nil {
		return false, Errorf(Corrupt, "the day's secret is no hex: %w", err)
	}
	file := d.Head().Digest
	n := lot(secret, file)
	drawn := fallsOn(n, policy.Percent)
	p.Lot = map[string]string{"act": "draw", "day": s.Day, "file": file.String(), "percent": strconv.FormatFloat(policy.Percent, 'f', -1, 64), "lot": strconv.Itoa(n),
		"drawn": strconv.FormatBool(drawn), "custodian": d.Custodian.String()}
	p.tell(map[string]string{"drawn": strconv.FormatBool(drawn)})
	return drawn, nil
}

// secretOf returns the secret of the day of now, telling the trail the one of the day before. A clock that went back goes on with
// the later day's. Without create it makes none, and returns the zero value when there is none of today.
func secretOf(ctx context.Context, tx Tx, now time.Time, create bool) (daysSecret, error) {
	var s daysSecret
	text, err := tx.Settings().Get(ctx, drawKey)
	if err != nil && KindOf(err) != NotFound {
		return s, err
	}
	today := DateOf(now.In(Zone)).String()
	if err == nil {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return s, Errorf(Corrupt, "the day's secret: %w", err)
		}
		if s.Day >= today {
			return s, nil
		}
		ev := NewEvent(System, EvDraw, now)
		ev.Object, ev.Detail = "day:"+s.Day, map[string]string{"act": "reveal", "secret": s.Secret}
		if err := errors.Join(tx.Events().Append(ctx, ev), tx.Settings().Delete(ctx, drawKey)); err != nil {
			return s, err
		}
	}
	if !create {
		return daysSecret{}, nil
	}
	b := make([]byte, 32)
	rand.Read(b)
	sum := sha256.Sum256(b)
	s = daysSecret{Day: today, Secret: hex.EncodeToString(b)}
	text = string(mustJSON(s))
	ev := NewEvent(System, EvDraw, now)
	ev.Object, ev.Detail = "day:"+today, map[string]string{"act": "commit", "sha256": hex.EncodeToString(sum[:])}
	if err := tx.Events().Append(ctx, ev); err != nil {
		return s, err
	}
	return s, tx.Settings().Set(ctx, drawKey, text)
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", v, err)) // strings and numbers: cannot fail
	}
	return b
}

// Draws is what an auditor hears of one day's lots.
type Draws struct {
	Day       string
	Committed string // SHA-256 of the secret, told before the first draw; "" where nothing was drawn
	Secret    string // "" until a later day
	Papers    []Drawn
	Wrong     int  // lots that do not follow from the secret
	More      bool // there are more than are told
}

// Drawn is one lot.
type Drawn struct {
	At        time.Time
	Document  ID
	Custodian AgencyCode
	By        string // who submitted
	File      string
	Percent   string
	Lot       int
	Drawn     bool
	Right     bool  // it follows from the secret; true too while that is not told
	State     State // where the paper stands now, "" where it is out of the auditor's sight
}

// mostDraws bounds what one audit of a day tells.
const mostDraws = 20_000

// DrawsOf tells the lots of a day in the actor's scope, newest first, each computed again from the secret once it is told. A paper
// that was drawn and then thrown away shows as discarded. For those who read the trail.
func (a *Archive) DrawsOf(ctx context.Context, actor Actor, day Date) (Draws, error) {
	now := a.Clock.Now()
	if !actor.Role.May(ActTrail) || !actor.active(now) {
		return Draws{}, ErrForbidden
	}
	out := Draws{Day: day.String()}
	if err := a.update(ctx, func(tx Tx) error { _, err := secretOf(ctx, tx, now, false); return err }); err != nil {
		return out, err
	}
	f := EventFilter{Action: EvDraw, Limit: a.Limits.ListRows}
	f.At.From = time.Date(day.Year, time.Month(day.Month), day.Day, 0, 0, 0, 0, Zone)
	see := actor.Sees(now)
	err := a.Catalog.View(ctx, func(tx Tx) error {
		for {
			l, err := tx.Events().Browse(ctx, f)
			if err != nil {
				return err
			}
			for _, e := range l.Items {
				switch {
				case e.Object == "day:"+out.Day && e.Detail["act"] == "commit":
					out.Committed = e.Detail["sha256"]
				case e.Object == "day:"+out.Day && e.Detail["act"] == "reveal":
					out.Secret = e.Detail["secret"]
				case e.Detail["act"] != "draw" || e.Detail["day"] != out.Day:
				case len(out.Papers) == mostDraws:
					out.More = true
				default:
					n, _ := strconv.Atoi(e.Detail["lot"])
					custodian := AgencyCode(e.Detail["custodian"])
					if actor.Covers(custodian) {
						out.Papers = append(out.Papers, Drawn{At: e.At, Document: e.Document, Custodian: custodian, By: e.ActorName, File: e.Detail["file"],
							Percent: e.Detail["percent"], Lot: n, Drawn: e.Detail["drawn"] == "true", Right: true})
					}
				}
			}
			if f.After = l.Next; l.Next == "" || out.More {
				break
			}
		}
		return a.standing(ctx, tx, see, out.Papers)
	})
	if err == nil && out.Secret != "" {
		err = out.verify()
	}
	return out, err
}

// standing fills in where the papers stand now.
func (a *Archive) standing(ctx context.Context, tx Tx, see Visibility, ps []Drawn) error {
	for from := 0; from < len(ps); from += a.Limits.ListRows {
		part := ps[from:min(from+a.Limits.ListRows, len(ps))]
		ids := make([]ID, len(part))
		for i := range part {
			ids[i] = part[i].Document
		}
		ds, err := tx.Documents().GetMany(ctx, ids)
		if err != nil {
			return err
		}
		states := map[ID]State{}
		for i := range ds {
			if see.Admits(&ds[i]) {
				states[ds[i].ID] = ds[i].State
			}
		}
		for i := range part {
			part[i].State = states[part[i].Document]
		}
	}
	return nil
}

// verify computes every lot again from the secret that was told.
func (d *Draws) verify() error {
	secret, err := hex.DecodeString(d.Secret)
	if err != nil {
		return Errorf(Corrupt, "the secret of %s is no hex: %w", d.Day, err)
	}
	sum := sha256.Sum256(secret)
	kept := hex.EncodeToString(sum[:]) == d.Committed
	for i := range d.Papers {
		p := &d.Papers[i]
		file, err := ParseDigest(p.File)
		percent, perr := strconv.ParseFloat(p.Percent, 64)
		n := lot(secret, file)
		if p.Right = kept && err == nil && perr == nil && n == p.Lot && fallsOn(n, percent) == p.Drawn; !p.Right {
			d.Wrong++
		}
	}
	return nil
}
