package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// here opens a house in this process, as a command would. The caller closes it.
func here(t testing.TB, environ map[string]string, args ...string) *house {
	t.Helper()
	var o options
	e := &env{stdout: io.Discard, stderr: os.Stderr, getenv: func(k string) string { return environ[k] }, lang: "en"}
	fs := o.flags(e, "test")
	o.working(fs)
	if err := o.parse(e, fs, append([]string{"--no-reading", "--inspectors", "1"}, args...)); err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(context.Background(), e, &o, parts{index: true, working: true})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// lived is a house in which a little of everything has happened: papers in every state, two of them in quarantine and one with
// two versions, dossiers, agencies, a procedure, people, and a log of several segments. Ids by what the paper is.
type lived map[string]archive.ID

// The people of the house. Their ids are fixed, so that a house recorded long ago knows them too.
var (
	livedClerk   = archive.Actor{ID: archive.ID{15: 1}, Name: "Cán bộ quét", Role: archive.RoleClerk, Agency: "H15.61"}
	livedChecker = archive.Actor{ID: archive.ID{15: 2}, Name: "Người kiểm tra", Role: archive.RoleChecker, Agency: "H15.61"}
	livedAdmin   = archive.Actor{ID: archive.ID{15: 3}, Name: "Quản trị", Role: archive.RoleAdmin}
)

func live(t testing.TB, environ map[string]string, args ...string) lived {
	t.Helper()
	ctx := context.Background()
	h := here(t, environ, args...)
	defer h.Close()
	a, made := h.archive, lived{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := a.PutAgency(ctx, livedAdmin, archive.Agency{Code: "H15", Name: "Tỉnh Tưởng Tượng"}, 0)
	must(err)
	_, err = a.PutAgency(ctx, livedAdmin, archive.Agency{Code: "H15.61", Name: "Phường Ví Dụ", Aliases: []string{"UBND phường Ví Dụ"}}, 0)
	must(err)
	_, err = a.PutProcedure(ctx, livedAdmin, archive.Procedure{Code: "1.004194", Name: "Gia hạn tạm trú", Sector: "Cư trú", Days: 3, Components: []string{"Tờ khai"}}, 0)
	must(err)
	for _, login := range []string{"lan", "minh"} {
		_, err = a.AddAccount(ctx, livedAdmin, archive.Account{Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Role: archive.RoleClerk, Agency: "H15.61"})
		must(err)
	}
	for i, p := range []struct {
		name  string
		moves []archive.Move
	}{
		{"review", nil}, {"checking", []archive.Move{archive.Submit}}, {"returned", []archive.Move{archive.Submit, archive.Return}},
		{"accepted", []archive.Move{archive.Submit, archive.Accept}}, {"published", []archive.Move{archive.Submit, archive.Accept, archive.Publish}},
		{"withdrawn", []archive.Move{archive.Submit, archive.Accept, archive.Publish, archive.Withdraw}},
		{"superseded", []archive.Move{archive.Submit, archive.Accept, archive.Publish, archive.Supersede}},
		{"discarded", []archive.Move{archive.Discard}},
		{"rescanned", nil},
	} {
		d, err := a.Deposit(ctx, livedClerk, archive.Deposit{Body: bytes.NewReader(testkit.TextPDF("to khai so " + p.name)), FileName: p.name + ".pdf", Kind: archive.Result,
			Dossier: archive.DossierCode(fmt.Sprintf("H15.61-261008-%04d", 100+i%3)), Fields: archive.Fields{Type: "QĐ", Number: fmt.Sprint(100 + i), Notation: "QĐ-UBND",
				Subject: "Về việc " + p.name, Signer: archive.Signer{Name: "Nguyễn Thị Thử", Position: "Chủ tịch"}, Owner: archive.Owner{Name: "Trần Văn Mẫu"}}})
		must(err)
		made[p.name] = d.ID
		for _, m := range p.moves {
			who := livedChecker
			if m == archive.Submit || m == archive.Discard {
				who = livedClerk
			}
			_, err := a.Move(ctx, who, d.ID, archive.MoveRequest{Move: m, Reason: "lý do của thử nghiệm"})
			must(err)
		}
		if p.name == "rescanned" {
			_, err := a.AddVersion(ctx, livedClerk, d.ID, d.Revision, archive.Deposit{Body: bytes.NewReader(testkit.TextPDF("ban quet lai")), FileName: "lai.pdf"})
			must(err)
		}
		if i%3 == 2 {
			must(a.CloseLog(ctx))
		}
	}
	// One paper whose time in the bin is over, of which a tombstone is left.
	d, err := a.Deposit(ctx, livedClerk, archive.Deposit{Body: bytes.NewReader(testkit.TextPDF("quet nham")), FileName: "nham.pdf", Fields: archive.Fields{Subject: "Quét nhầm"}})
	must(err)
	made["erased"] = d.ID
	_, err = a.Move(ctx, livedClerk, d.ID, archive.MoveRequest{Move: archive.Discard, Reason: "quét nhầm"})
	must(err)
	_, err = a.Move(ctx, livedClerk, made["discarded"], archive.MoveRequest{Move: archive.Restore})
	must(err)
	kept := a.Limits.DiscardKept
	a.Limits.DiscardKept = 0
	_, err = a.Sweep(ctx)
	must(err)
	a.Limits.DiscardKept = kept
	_, err = a.Move(ctx, livedClerk, made["discarded"], archive.MoveRequest{Move: archive.Discard, Reason: "bỏ lần nữa"})
	must(err)
	for _, name := range []string{"aside", "aside too"} {
		d, err := a.Deposit(ctx, livedClerk, archive.Deposit{Body: strings.NewReader("%PDF-1.7 hỏng " + name), FileName: "hong.pdf", OnFault: archive.KeepAside})
		must(err)
		made[name] = d.ID
	}
	must(a.CloseLog(ctx))
	must(h.catchUp(ctx))
	must(a.CloseLog(ctx))
	return made
}
