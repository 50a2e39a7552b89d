package session

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"sohoa/archive"
)

// People make tokens for programs of their own, as long as they are what they were, for a time, after showing again who they are.
func TestOwnTokens(t *testing.T) {
	k, a, clock := open(t)
	must(t, a.LoadAgencies(t.Context(), archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: "H15.50", Name: "Phường", Parent: "H15"}, {Code: "H15.50.01", Name: "Tổ", Parent: "H15.50"}, {Code: "H15.51", Name: "Xã", Parent: "H15"}}))
	acc := account(t, a, "lan", right)
	account(t, a, "minh", right)
	lan, minh := signedIn(t, k, "lan").Actor, signedIn(t, k, "minh").Actor
	month := clock.now.AddDate(0, 1, 0)
	make1 := func(who archive.Actor, change func(*archive.Token)) (string, archive.Token, error) {
		secret, digest := NewToken()
		x := archive.Token{Hash: digest, Note: "đồng bộ máy quét", Agency: "H15.50", Until: month, Role: archive.RoleAdmin} // the role is not one's to choose
		if change != nil {
			change(&x)
		}
		x, err := a.AddOwnToken(t.Context(), who, x)
		return secret, x, err
	}
	actorOf := func(secret string) (archive.Actor, bool) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer "+secret)
		v, err := k.Who(r)
		return v.Actor, err == nil
	}
	secret, made, err := make1(lan, nil)
	must(t, err)
	if got, ok := actorOf(secret); !ok || got.Role != archive.RoleClerk || got.Agency != "H15.50" || !got.Program || got.Owner != acc.ID {
		t.Errorf("the token is %+v", got)
	}
	below, _, err := make1(lan, func(x *archive.Token) { x.Agency = "H15.50.01" })
	must(t, err)
	if got, ok := actorOf(below); !ok || got.Agency != "H15.50.01" {
		t.Errorf("for less than one's own: %+v", got)
	}
	program, _ := actorOf(secret)
	for reason, c := range map[string]struct {
		who    archive.Actor
		change func(*archive.Token)
		code   string
	}{
		"for nothing in particular": {lan, func(x *archive.Token) { x.Note = " \n" }, "invalid"},
		"without an end":            {lan, func(x *archive.Token) { x.Until = time.Time{} }, "invalid"},
		"that has ended":            {lan, func(x *archive.Token) { x.Until = clock.now }, "invalid"},
		"for years":                 {lan, func(x *archive.Token) { x.Until = clock.now.AddDate(2, 0, 0) }, "invalid"},
		"for another agency":        {lan, func(x *archive.Token) { x.Agency = "H15.51" }, "forbidden"},
		"for all agencies":          {lan, func(x *archive.Token) { x.Agency = "" }, "forbidden"},
		"by a program":              {program, nil, "forbidden"},
		"by nobody":                 {archive.Actor{}, nil, "forbidden"},
	} {
		if _, _, err := make1(c.who, c.change); codeOrKind(err) != c.code {
			t.Errorf("%s: %v", reason, err)
		}
	}
	late := lan
	late.Proved = clock.now.Add(-a.Limits.ProofTime - time.Second)
	if _, _, err := make1(late, nil); archive.CodeOf(err) != "proof_required" {
		t.Errorf("without a fresh proof: %v", err)
	}
	if all, err := a.OwnTokens(t.Context(), lan); err != nil || len(all) != 2 || all[1].ID != made.ID || all[1].SeenAt.IsZero() {
		t.Errorf("list %+v %v", all, err)
	}
	if all, err := a.OwnTokens(t.Context(), minh); err != nil || len(all) != 0 {
		t.Errorf("another person's list %+v %v", all, err)
	}
	if _, err := a.OwnTokens(t.Context(), program); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a program's list: %v", err)
	}
	if err := a.RevokeOwnToken(t.Context(), minh, made.ID); archive.KindOf(err) != archive.NotFound {
		t.Errorf("another person ends it: %v", err)
	}
	if err := a.RevokeOwnToken(t.Context(), program, made.ID); archive.KindOf(err) != archive.Forbidden {
		t.Errorf("a program ends it: %v", err)
	}
	must(t, a.RevokeOwnToken(t.Context(), late, made.ID))
	if _, ok := actorOf(secret); ok {
		t.Error("it opens the door after its end")
	}
	for n := 1; n < 20; n++ {
		if _, _, err := make1(lan, func(x *archive.Token) { x.Note = fmt.Sprint(n) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := make1(lan, nil); archive.CodeOf(err) != "too_many_tokens" {
		t.Errorf("the twenty-first: %v", err)
	}
	clock.now = month
	if _, ok := actorOf(below); ok {
		t.Error("it opens the door after its time")
	}
}

// What its owner may no longer do, his token may not.
func TestOwnTokensEndWithTheirOwnersRights(t *testing.T) {
	for reason, change := range map[string]func(*archive.Account){
		"another role":   func(x *archive.Account) { x.Role = archive.RoleChecker },
		"another agency": func(x *archive.Account) { x.Agency = "H15.51" },
		"closed":         func(x *archive.Account) { x.Closed = true },
	} {
		t.Run(reason, func(t *testing.T) {
			k, a, clock := open(t)
			must(t, a.LoadAgencies(t.Context(), archive.System, []archive.Agency{{Code: "H15", Name: "Tỉnh"}, {Code: "H15.50", Name: "Phường", Parent: "H15"}, {Code: "H15.51", Name: "Xã", Parent: "H15"}}))
			acc := account(t, a, "lan", right)
			secret, digest := NewToken()
			_, err := a.AddOwnToken(t.Context(), signedIn(t, k, "lan").Actor, archive.Token{Hash: digest, Note: "x", Agency: "H15.50", Until: clock.now.AddDate(0, 1, 0)})
			must(t, err)
			change(&acc)
			_, err = a.ChangeAccount(t.Context(), archive.System, acc, acc.Revision, "edit")
			must(t, err)
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			if v, err := k.Who(r); !Nobody(err) {
				t.Errorf("%+v %v", v.Actor, err)
			}
		})
	}
}

func codeOrKind(err error) string {
	if c := archive.CodeOf(err); c != "" {
		return c
	}
	return map[archive.Kind]string{archive.Invalid: "invalid", archive.Forbidden: "forbidden"}[archive.KindOf(err)]
}
