package archive

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files again")

func TestTablesAreDocumented(t *testing.T) {
	const file = "states.md"
	if *update {
		if err := os.WriteFile(file, []byte(Tables()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), Tables()); diff != "" {
		t.Errorf("states.md is not what the tables say (go test ./archive -update):\n%s", diff)
	}
}

func TestEveryStateHasAWayInAndTheEndsAreEnds(t *testing.T) {
	ends := []State{Superseded, Withdrawn, Disposed}
	in := map[State]bool{Review: true, Disposed: true} // deposit, and the janitor or a disposal
	out := map[State]bool{}
	for _, r := range Rules {
		in[r.To] = true
		for _, s := range r.From {
			out[s] = true
		}
	}
	for _, s := range States {
		if !in[s] {
			t.Errorf("nothing leads to %s", s)
		}
		if out[s] == slices.Contains(ends, s) {
			t.Errorf("%s: has a way out is %v", s, out[s])
		}
	}
}

func TestMoveRules(t *testing.T) {
	uploader, other := NewID(), NewID()
	doc := func(s State, k DocumentKind) *Document {
		return &Document{State: s, Kind: k, Uploader: uploader, Submitter: uploader, Custodian: "H15.50"}
	}
	cases := []struct {
		reason string
		move   Move
		role   Role
		who    ID
		doc    *Document
		why    string
		code   string
	}{
		{"a clerk submits", Submit, RoleClerk, uploader, doc(Review, Result), "", ""},
		{"an auditor changes nothing", Submit, RoleAuditor, other, doc(Review, Result), "", "forbidden"},
		{"a checker accepts", Accept, RoleChecker, other, doc(Checking, Result), "", ""},
		{"nobody accepts what she scanned", Accept, RoleChecker, uploader, doc(Checking, Result), "", "four_eyes"},
		{"a return needs a reason", Return, RoleChecker, other, doc(Checking, Result), "", "reason_required"},
		{"a return with a reason", Return, RoleChecker, other, doc(Checking, Result), "mờ trang 2", ""},
		{"a component is not published", Publish, RoleChecker, other, doc(Accepted, Component), "", "not_a_result"},
		{"what is in review is not published", Publish, RoleChecker, other, doc(Review, Result), "", "wrong_state"},
		{"an uploader discards her own", Discard, RoleService, uploader, doc(Review, Result), "nhầm", ""},
		{"a clerk does not discard another's", Discard, RoleClerk, other, doc(Review, Result), "nhầm", "forbidden"},
		{"an accepted paper is not discarded", Discard, RoleChecker, other, doc(Accepted, Result), "nhầm", "wrong_state"},
		{"an administrator is no checker", Accept, RoleAdmin, other, doc(Checking, Result), "", "forbidden"},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			rule, err := RuleOf(c.move)
			if err != nil {
				t.Fatal(err)
			}
			if got := CodeOf(rule.check(Actor{ID: c.who, Role: c.role}, c.doc, c.why)); got != c.code {
				t.Errorf("got %q, want %q", got, c.code)
			}
		})
	}
}

// The scope follows the registry, not the dots: predecessors belong to it, and a neighbour with a longer number does not.
func TestScopeFollowsTheRegistry(t *testing.T) {
	all := []Agency{
		{Code: "H15"}, {Code: "H15.50", Parent: "H15"}, {Code: "H15.50.01", Parent: "H15.50"},
		{Code: "H15.51", Parent: "H15"}, {Code: "H45.07", Successors: []AgencyCode{"H15.50"}},
		{Code: "H15.60", Parent: "H15", Predecessors: []AgencyCode{"H15.51", "H15.60"}}, // names itself: no endless walk
	}
	cases := []struct {
		top  AgencyCode
		want []AgencyCode
	}{
		{"H15.50", []AgencyCode{"H15.50", "H15.50.01", "H45.07"}},
		{"H15.60", []AgencyCode{"H15.51", "H15.60"}},
		{"H15", []AgencyCode{"H15", "H15.50", "H15.50.01", "H15.51", "H15.60", "H45.07"}},
		{"H15.99", []AgencyCode{"H15.99"}},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, expand(c.top, all).codes); diff != "" {
			t.Errorf("scope of %s (-want +got):\n%s", c.top, diff)
		}
	}
}

// Every combination of role, scope, class, state, naming and time: Decide says yes to reading exactly when Visibility
// admits the paper, and nobody sees what the text of design says she must not.
func TestDecideAndVisibilityAreOneRule(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	me := NewID()
	agencies := []AgencyCode{"", "H15.50", "H15.51"}
	for _, role := range append(slices.Clone(Roles), RoleCitizen) {
		for _, scope := range agencies {
			for _, window := range []struct {
				name        string
				from, until time.Time
				open        bool
			}{{"always", time.Time{}, time.Time{}, true}, {"over", time.Time{}, now, false}, {"not begun", now.Add(1), time.Time{}, false}} {
				a := Actor{ID: me, Role: role, Agency: scope, From: window.from, Until: window.until}
				for _, access := range []Access{Public, Restricted, Sealed} {
					for _, state := range States {
						for _, mine := range []bool{false, true} {
							d := &Document{State: state, Access: access, Custodian: "H15.50"}
							if mine {
								d.Uploader, d.Named = me, []ID{me}
							}
							err := Decide(a, ActRead, d, now)
							if (err == nil) != a.Sees(now).Admits(d) {
								t.Fatalf("%s at %q (%s) on %s %s: Decide says %v, Visibility %v", role, scope, window.name, access, state, err, a.Sees(now).Admits(d))
							}
							name := fmt.Sprintf("%s at %q, window %s, %s %s, own %v", role, scope, window.name, access, state, mine)
							if err == nil && (!window.open || scope == "H15.51" || role == RoleCitizen || access == Sealed && !mine && role != RoleArchivist || state == Quarantined && role != RoleChecker && !mine) {
								t.Errorf("leak: %s", name)
							}
							for _, prior := range []State{"", Quarantined} {
								d.PriorState = prior
								for _, act := range []Act{ActPages, ActDownload} {
									inside := Decide(a, act, d, now)
									if inside == nil && (err != nil || (state == Quarantined || state == Discarded && prior == Quarantined) && role != RoleChecker) {
										t.Errorf("leak of what a paper says: %s, before %q, %s", name, prior, act)
									}
									if err == nil && inside != nil && KindOf(inside) != Forbidden {
										t.Errorf("%s, before %q: %s of what is seen answers %v", name, prior, act, inside)
									}
								}
							}
							if err != nil && KindOf(err) != NotFound {
								t.Errorf("%s: a refusal to read says %v, which gives the paper away", name, err)
							}
						}
					}
				}
			}
		}
	}
}

func TestCleanMakesTextFitToShow(t *testing.T) {
	cases := []struct{ reason, in, want string }{
		{"line breaks and tabs", " a\r\n\tb ", "a b"},
		{"escape codes of a terminal", "a\x1b[31mb", "a [31mb"},
		{"direction overrides", "fdp.\u202Egpj", "fdp. gpj"},
		{"composed letters", "đường", "đường"},
		{"nothing but blanks", " \u00a0\t", ""},
	}
	for _, c := range cases {
		if got := clean(c.in, 100); got != c.want {
			t.Errorf("%s: clean(%q) = %q, want %q", c.reason, c.in, got, c.want)
		}
	}
	if got := clean("ộộộộ", 2); got != "ộộ" {
		t.Errorf("cut to %q", got)
	}
}

func TestLeafCommitsToEverything(t *testing.T) {
	base := NewEvent(Actor{ID: NewID(), Name: "Nguyễn Thị Bịa", Role: RoleClerk, Agency: "H15.50", Address: "192.0.2.1"}, EvDeposit, time.Date(2026, 11, 23, 1, 2, 3, 4000, time.UTC))
	base.Document, base.Detail = NewID(), map[string]string{"version": "1"}
	base.Seal()
	if base.LeafHash() != base.Leaf {
		t.Fatal("a sealed event does not hash to its leaf")
	}
	for name, change := range map[string]func(*Event){
		"time": func(e *Event) { e.At = e.At.Add(time.Microsecond) }, "actor": func(e *Event) { e.ActorName += "x" }, "outcome": func(e *Event) { e.Outcome = Denied },
		"document": func(e *Event) { e.Document = NewID() }, "detail": func(e *Event) { e.Detail = map[string]string{"version": "2"} },
		"address": func(e *Event) { e.Address = "192.0.2.2" }, "nonce": func(e *Event) { e.Nonce[rand.IntN(16)] ^= 1 }, "purpose": func(e *Event) { e.Purpose = "x" },
	} {
		e := base
		change(&e)
		if e.LeafHash() == base.Leaf {
			t.Errorf("a changed %s leaves the leaf as it was", name)
		}
	}
}

func TestTypesAreThe29OfTheDecree(t *testing.T) {
	if len(PaperTypes) != 29 {
		t.Errorf("%d types", len(PaperTypes))
	}
	for _, p := range PaperTypes {
		if TypeName(p.Code) != p.Name || TypeCode(p.Name) != p.Code {
			t.Errorf("%s and %s do not stand for each other", p.Code, p.Name)
		}
	}
	for name, want := range map[string]string{"QUYẾT ĐỊNH": "QĐ", "quyet dinh": "QĐ", "Quy định": "QyĐ", "Giấy phép": "Giấy phép", "": ""} {
		if got := TypeCode(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if got := TypeName("Giấy phép"); got != "Giấy phép" {
		t.Errorf("what is no code is a name: %q", got)
	}
}
