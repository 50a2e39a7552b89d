package ocr

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"sohoa/archive"
	"sohoa/internal/viet"
	"sohoa/ocr/fields"
)

// slot is one word's place on the line of a name, with what the readings made of it.
type slot struct {
	x0, x1  float32
	ballots []ballot
}

type ballot struct {
	word archive.Word
	from int // the reading
}

// elected returns the words most readings of a line agree on, each with the certainty its majority gives; none where no two words
// look like a name. The name is centred about middle.
func elected(votes [][]archive.Word, middle float32) []archive.Word {
	for i := range votes {
		votes[i] = asName(votes[i])
	}
	// The reading that looks most like a name says where its words stand.
	slices.SortStableFunc(votes, func(a, b []archive.Word) int { return cmp.Compare(nameLikeness(b), nameLikeness(a)) })
	var slots []slot
	cast := 0
	for i, words := range votes {
		if nameLikeness(words) < 0.5 {
			continue
		}
		cast++
		for _, w := range words {
			slots = enter(slots, ballot{word: w, from: i})
		}
	}
	slices.SortFunc(slots, func(a, b slot) int { return cmp.Compare(a.x0, b.x0) })
	// What few saw at either end was part of the seal or the signature, unless without it the name would hang to one side.
	off := func(s []slot) float32 {
		d := (s[0].x0+s[len(s)-1].x1)/2 - middle
		return max(d, -d)
	}
	for len(slots) > 2 && slots[0].support(true)/float32(cast) < 0.3 && (off(slots[1:]) < off(slots) || slots[0].best(true) < 0.15) {
		slots = slots[1:]
	}
	for n := len(slots); n > 2 && slots[n-1].support(false)/float32(cast) < 0.3 && (off(slots[:n-1]) < off(slots) || slots[n-1].best(false) < 0.15); n = len(slots) {
		slots = slots[:n-1]
	}
	if len(slots) < 2 || len(slots) > 7 {
		return nil
	}
	highland := fields.Highland(slots[0].winner(true, false, cast).Text)
	var out []archive.Word
	for i, s := range slots {
		if 0 < i && i < len(slots)-1 && len(s.ballots)*4 < cast {
			continue
		}
		out = append(out, s.winner(i == 0, highland, cast))
	}
	return out
}

// asName leaves the words of a reading that can be of a name, written as names are.
func asName(words []archive.Word) (out []archive.Word) {
	for _, w := range words {
		w.Text = strings.Trim(w.Text, " .,:;-–_|*\"“”‘’'`~„\\/⁄()[]{}<>«»=+0123456789")
		r := []rune(w.Text)
		if lettersIn(w.Text) < 1 || len(r) == 1 && !strings.ContainsRune("YyÝýÝỳỲỶỷ", r[0]) || w.Confidence < 0.1 {
			continue
		}
		if unicode.IsLower(r[0]) {
			r[0] = unicode.ToUpper(r[0])
			w.Text = string(r)
			w.Confidence *= 0.9
		}
		out = append(out, w)
	}
	return out
}

func (b ballot) weight(first bool) float32 {
	return b.word.Confidence * fields.NameWeight(b.word.Text, first)
}

func (s slot) support(first bool) (sum float32) {
	for _, b := range s.ballots {
		sum += b.weight(first)
	}
	return sum
}

func (s slot) best(first bool) (most float32) {
	for _, b := range s.ballots {
		most = max(most, b.weight(first))
	}
	return most
}

// nameLikeness is how much a reading of the line looks like a name: the sum over its words.
func nameLikeness(words []archive.Word) (sum float32) {
	for i, w := range words {
		weight := fields.NameWeight(w.Text, i == 0)
		sum += w.Confidence * weight
		if weight < 0.3 {
			sum -= 0.15
		}
	}
	return sum
}

// enter puts a ballot into the slot it stands in, or opens one. A word that covers two slots was read as one by mistake and has no
// vote.
func enter(slots []slot, b ballot) []slot {
	at, hits := -1, 0
	for i, s := range slots {
		common := min(s.x1, b.word.Box.X1) - max(s.x0, b.word.Box.X0)
		least := min(s.x1-s.x0, b.word.Box.X1-b.word.Box.X0)
		if common > 0.4*least {
			hits++
			at = i
		}
	}
	switch {
	case hits > 1:
		return slots
	case hits == 1:
		for _, o := range slots[at].ballots {
			if o.from == b.from { // a word in two pieces
				return slots
			}
		}
		slots[at].ballots = append(slots[at].ballots, b)
		return slots
	}
	return append(slots, slot{x0: b.word.Box.X0, x1: b.word.Box.X1, ballots: []ballot{b}})
}

// winner is the reading of a slot with the most weight behind it. A reading that no list holds stands in part for those it is one
// letter or mark away from, unless the name is none the lists know of.
func (s slot) winner(first, highland bool, cast int) archive.Word {
	type behind struct {
		weight, sure float32
		word         archive.Word
	}
	all, total := map[string]*behind{}, float32(0)
	back := func(text string, weight, sure float32, w archive.Word) {
		key := viet.Exact(text)
		b := all[key]
		if b == nil {
			b = &behind{}
			all[key] = b
		}
		b.weight += weight
		if sure > b.sure {
			w.Text = text
			b.sure, b.word = sure, w
		}
	}
	for _, b := range s.ballots {
		if highland { // no list knows these names
			back(b.word.Text, b.word.Confidence, b.word.Confidence, b.word)
			total += b.word.Confidence
			continue
		}
		back(b.word.Text, b.weight(first), b.word.Confidence, b.word)
		total += b.weight(first)
		if near := fields.NamesNear(b.word.Text, first); len(near) > 0 {
			for _, n := range near {
				back(n, 0.4*b.word.Confidence/float32(len(near)), 0.5*b.word.Confidence, b.word)
			}
			total += 0.4 * b.word.Confidence
		}
	}
	var won *behind
	for _, text := range slices.Sorted(maps.Keys(all)) { // the same one on every run
		if b := all[text]; won == nil || b.weight > won.weight {
			won = b
		}
	}
	out := won.word
	out.Confidence = won.sure * (0.4 + 0.6*won.weight/max(total, 0.01))
	if len(s.ballots)*2 < cast {
		out.Confidence *= 0.7
	}
	return out
}
