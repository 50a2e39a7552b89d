package archive

import (
	"context"
	"math"
	"slices"
)

// CheckMode is how papers of an agency are checked before they are accepted.
type CheckMode string

const (
	CheckAlways    CheckMode = "always"    // every paper, by another person who may check there: the default
	CheckSample    CheckMode = "sample"    // a share of them, drawn by lot when they are submitted
	CheckNeighbour CheckMode = "neighbour" // every paper, by people of another unit
)

// CheckModes lists the modes in the order a form shows them.
var CheckModes = []CheckMode{CheckAlways, CheckSample, CheckNeighbour}

// CheckPolicy is how papers of one kind are checked. Whatever it says, nobody approves what he entered or changed himself, but
// for a paper the lot has passed over.
type CheckPolicy struct {
	Kind      DocumentKind `json:"kind,omitempty"` // "": both
	Mode      CheckMode    `json:"mode"`
	Percent   float64      `json:"percent,omitempty"`   // of CheckSample: more than 0, at most 100, in hundredths
	Neighbour AgencyCode   `json:"neighbour,omitempty"` // whose checkers check; optional with CheckSample
}

// Check is by which policy a paper that was submitted is checked. It is fixed when it is submitted.
type Check struct {
	Mode CheckMode `json:"mode,omitempty"` // "": as always
	// Drawn says that the lot fell on the paper. It stays until it is accepted: submitting again draws nothing anew.
	Drawn bool       `json:"drawn,omitempty"`
	At    AgencyCode `json:"at,omitempty"` // the neighbouring unit that checks, while it is to be checked
}

// Passed reports whether the lot passed the paper over: whoever submitted it may accept it.
func (c Check) Passed() bool { return c.Mode == CheckSample && !c.Drawn }

// Alone reports whether the policy is one by which a single person's unit can work.
func (c Check) Alone() bool { return c.Mode == CheckSample || c.Mode == CheckNeighbour }

func (c CheckPolicy) valid(field string, code AgencyCode, all []Agency) error {
	if !slices.Contains(CheckModes, c.Mode) {
		return invalidField(field+".mode", Text{"Cách kiểm tra là always, sample hoặc neighbour.", "The mode is always, sample or neighbour."})
	}
	if whole := c.Percent * 100; c.Mode == CheckSample && (c.Percent <= 0 || c.Percent > 100 || math.Abs(whole-math.Round(whole)) > 1e-6) {
		return invalidField(field+".percent", Text{"Tỷ lệ mẫu từ 0,01 đến 100 %.", "The share is 0.01 to 100 %."})
	}
	if c.Mode != CheckSample && c.Percent != 0 {
		return invalidField(field+".percent", Text{"Chỉ cách lấy mẫu mới có tỷ lệ.", "Only a sample has a share."})
	}
	if c.Neighbour == "" {
		if c.Mode == CheckNeighbour {
			return invalidField(field+".neighbour", Text{"Xin chọn đơn vị kiểm tra.", "Name the unit that checks."})
		}
		return nil
	}
	if c.Mode == CheckAlways {
		return invalidField(field+".neighbour", Text{"Cách này không có đơn vị kiểm tra.", "This mode has no checking unit."})
	}
	if !slices.ContainsFunc(all, func(g Agency) bool { return g.Code == c.Neighbour }) {
		return invalidField(field+".neighbour", Text{"Đơn vị kiểm tra chưa có trong danh mục.", "The checking unit is not in the registry."})
	}
	if c.Neighbour == code || expand(code, all).has(c.Neighbour) {
		return invalidField(field+".neighbour", Text{"Đơn vị kiểm tra phải ở ngoài đơn vị này.", "The checking unit must lie outside this one."})
	}
	return nil
}

// checkOf returns the policy for papers of a kind: the nearest agency's that has one, what it says of the kind before what it
// says of both.
func checkOf(up []Agency, kind DocumentKind) CheckPolicy {
	for _, g := range up {
		for _, k := range []DocumentKind{kind, ""} {
			for _, c := range g.Rules.Checks {
				if c.Kind == k {
					c.Kind = kind
					return c
				}
			}
		}
	}
	return CheckPolicy{Kind: kind, Mode: CheckAlways}
}

// submitted fixes by which policy d is checked and tells it to the event. A sealed paper leaves its unit for nobody: its
// neighbours do not see it, so it is checked as always.
func (a *Archive) submitted(ctx context.Context, actor Actor, d *Document, p *pending) error {
	all, err := a.Agencies(ctx)
	if err != nil {
		return err
	}
	policy := checkOf(chain(d.Custodian, all), d.Kind)
	if d.Access == Sealed && policy.Mode != CheckAlways {
		policy = CheckPolicy{Mode: CheckAlways}
	}
	drawn := d.Work.Check.Drawn
	d.Work.Check = Check{Mode: policy.Mode}
	p.tell(map[string]string{"check": string(policy.Mode)})
	switch policy.Mode {
	case CheckSample:
		if !drawn {
			if drawn, err = a.draw(ctx, actor, d, policy, p); err != nil {
				return err
			}
		}
		if d.Work.Check.Drawn = drawn; drawn {
			d.Work.Check.At = policy.Neighbour
		}
	case CheckNeighbour:
		d.Work.Check.At = policy.Neighbour
	}
	if at := d.Work.Check.At; at != "" {
		p.tell(map[string]string{"check_at": at.String()})
	}
	return nil
}

var (
	errFourEyes  = Fault(Forbidden, "four_eyes", Text{"Người nhập hoặc sửa giấy tờ không được tự kiểm tra giấy tờ của mình.", "Whoever entered or changed a paper cannot also accept it."})
	errElsewhere = Fault(Forbidden, "neighbour_checks", Text{"Giấy tờ này do đơn vị khác kiểm tra theo quy định đã đặt.", "By the rules in force this paper is checked by another unit."})
)

// fourEyes says whether a may approve d.
func fourEyes(a Actor, d *Document) error {
	switch c := d.Work.Check; {
	case c.Passed():
	case d.byHand(a.ID):
		return errFourEyes
	case c.At != "" && !a.Covers(c.At):
		return errElsewhere
	}
	return nil
}
