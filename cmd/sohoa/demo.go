package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"text/tabwriter"

	"sohoa/api/session"
	"sohoa/archive"
)

//go:embed demo/papers
var demoPapers embed.FS

// demoSet is papers.json: an invented province, its procedures, dossiers and papers.
type demoSet struct {
	Agencies []struct {
		Code   archive.AgencyCode `json:"code"`
		Name   string             `json:"name"`
		Parent archive.AgencyCode `json:"parent"`
	} `json:"agencies"`
	Procedures []struct {
		Code   archive.ProcedureCode `json:"code"`
		Name   string                `json:"name"`
		Sector string                `json:"sector"`
		Days   int                   `json:"days"`
	} `json:"procedures"`
	Dossiers []struct {
		Code      archive.DossierCode   `json:"code"`
		Procedure archive.ProcedureCode `json:"procedure_code"`
		Agency    archive.AgencyCode    `json:"agency_code"`
		Applicant string                `json:"applicant"`
		Received  archive.Date          `json:"received_on"`
	} `json:"dossiers"`
	Papers []struct {
		File      string                `json:"file"`
		Dossier   archive.DossierCode   `json:"dossier_code"`
		Procedure archive.ProcedureCode `json:"procedure_code"`
		Agency    archive.AgencyCode    `json:"agency_code"`
		Kind      archive.DocumentKind  `json:"kind"`
		Phrase    struct {
			Text string `json:"text"`
		} `json:"phrase"`
		Fields struct {
			Type     string       `json:"type"`
			Number   string       `json:"number"`
			Notation string       `json:"notation"`
			IssuedOn archive.Date `json:"issued_on"`
			Agency   string       `json:"issuing_agency"`
			Subject  string       `json:"subject"`
			Signer   string       `json:"signer"`
			Position string       `json:"position"`
			Owner    string       `json:"owner"`
		} `json:"fields"`
	} `json:"papers"`
}

// demo is `sohoa demo`: a house with an invented province in it. Run again, it goes on with the same folder; passwords
// are made anew each time, because nothing keeps them.
func demo(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	fs := o.flags(e, "demo")
	o.serving(fs)
	fs.Lookup("data").DefValue, o.data = "demo-data", "demo-data"
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	var set demoSet
	b, err := demoPapers.ReadFile("demo/papers/papers.json")
	if err != nil {
		return exitFailed, err
	}
	if err := json.Unmarshal(b, &set); err != nil {
		return exitFailed, fmt.Errorf("read papers.json: %w", err)
	}
	if o.listen, err = freeAddress(o.listen); err != nil {
		return exitFailed, err
	}
	return runServer(ctx, e, &o, func(ctx context.Context, h *house, public string) error {
		if err := settleDemo(ctx, h, &set); err != nil {
			return err
		}
		return demoAccounts(ctx, e, h, &set, public)
	})
}

// freeAddress returns addr, or the same host with the next free port when it is taken.
func freeAddress(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("--listen: %w", err)
	}
	first, err := strconv.Atoi(port)
	if err != nil {
		return "", fmt.Errorf("--listen: port %q is no number", port)
	}
	for p := first; p < first+100; p++ {
		try := net.JoinHostPort(host, strconv.Itoa(p))
		ln, err := net.Listen("tcp", try)
		if err == nil {
			return try, ln.Close()
		}
	}
	return "", fmt.Errorf("no free port from %s on; choose one with --listen", addr)
}

// settleDemo fills the house with what is not there yet.
func settleDemo(ctx context.Context, h *house, set *demoSet) error {
	have, err := h.archive.Agencies(ctx)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if err := demoRegistry(ctx, h, set); err != nil {
			return err
		}
	}
	for _, d := range set.Dossiers {
		_, err := h.archive.OpenDossier(ctx, archive.System, archive.Dossier{Code: d.Code, Procedure: d.Procedure, Custodian: d.Agency, ReceivedOn: d.Received,
			Applicant: archive.Owner{Name: d.Applicant}}, nil)
		if err != nil && archive.KindOf(err) != archive.Conflict {
			return fmt.Errorf("open dossier %s: %w", d.Code, err)
		}
	}
	for i := range set.Papers {
		if err := demoPaper(ctx, h, set, i); err != nil {
			return fmt.Errorf("deposit %s: %w", set.Papers[i].File, err)
		}
	}
	return nil
}

func demoRegistry(ctx context.Context, h *house, set *demoSet) error {
	var agencies []archive.Agency
	for _, g := range set.Agencies {
		agencies = append(agencies, archive.Agency{Code: g.Code, Name: g.Name, Parent: g.Parent})
	}
	if err := h.archive.LoadAgencies(ctx, archive.System, agencies); err != nil {
		return err
	}
	var procedures []archive.Procedure
	for _, p := range set.Procedures {
		procedures = append(procedures, archive.Procedure{Code: p.Code, Name: p.Name, Sector: p.Sector, Days: p.Days})
	}
	return h.archive.LoadProcedures(ctx, archive.System, procedures)
}

// demoPaper deposits one paper. The first half comes with its fields, as papers look after a clerk's work; the second
// half waits for one.
func demoPaper(ctx context.Context, h *house, set *demoSet, i int) error {
	p := set.Papers[i]
	f, err := demoPapers.Open("demo/papers/" + p.File)
	if err != nil {
		return err
	}
	defer f.Close()
	d := archive.Deposit{Body: f, FileName: p.File, MediaType: archive.PDF, Kind: p.Kind, Dossier: p.Dossier, Agency: p.Agency}
	d.Fields.Procedure = p.Procedure
	if i < len(set.Papers)/2 {
		x := p.Fields
		d.Fields = archive.Fields{Procedure: p.Procedure, Type: x.Type, Number: x.Number, Notation: x.Notation, IssuedOn: x.IssuedOn, Subject: x.Subject,
			Signer: archive.Signer{Name: x.Signer, Position: x.Position}, Owner: archive.Owner{Name: x.Owner}, IssuingAgency: archive.AgencyRef{Name: x.Agency}}
		for _, g := range set.Agencies {
			if g.Name == x.Agency {
				d.Fields.IssuingAgency.Code = g.Code
			}
		}
	}
	_, err = h.archive.Deposit(ctx, archive.System, d)
	if archive.CodeOf(err) == "duplicate_content" {
		return nil
	}
	return err
}

// demoAccounts makes one account per role, or gives those that are there a new password, and prints them with the
// address to open and something to look for.
func demoAccounts(ctx context.Context, e *env, h *house, set *demoSet, public string) error {
	say := func(vi, en string) string { return archive.Text{VI: vi, EN: en}.In(e.lang) }
	fmt.Fprintf(e.stdout, "\n%s\n\n", say("Bản chạy thử: mọi tên người, cơ quan và giấy tờ đều là bịa.", "A demonstration: every person, agency and paper is invented."))
	w := tabwriter.NewWriter(e.stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "  %s\t%s\t%s\n", say("vai trò", "role"), say("tên đăng nhập", "sign-in name"), say("mật khẩu", "password"))
	for _, a := range []struct {
		login, name string
		role        archive.Role
		agency      archive.AgencyCode
	}{
		{"canbo", "Cán bộ số hóa", archive.RoleClerk, "H15"},
		{"kiemtra", "Người kiểm tra", archive.RoleChecker, "H15"},
		{"luutru", "Lưu trữ viên", archive.RoleArchivist, "H15"},
		{"thanhtra", "Thanh tra viên", archive.RoleAuditor, ""},
		{"quantri", "Quản trị", archive.RoleAdmin, ""},
	} {
		password := session.OneTimePassword()
		hash, err := session.HashPassword(password)
		if err != nil {
			return err
		}
		old, err := h.archive.ByLogin(ctx, a.login)
		switch {
		case err == nil:
			old.PasswordHash, old.MustChange = hash, false
			_, err = h.archive.ChangeAccount(ctx, archive.System, old, old.Revision, "demo_password")
		case archive.KindOf(err) == archive.NotFound:
			_, err = h.archive.AddAccount(ctx, archive.System, archive.Account{Login: a.login, Name: a.name, Role: a.role, Agency: a.agency, PasswordHash: hash})
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", a.login, err)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", a.role, a.login, password)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\n  %s %s\n  %s %q\n", say("Mở", "Open"), public, say("và tìm", "and look for"), set.Papers[len(set.Papers)/2-1].Phrase.Text)
	if h.reader != nil {
		if err := h.reader.Ready(ctx); err != nil {
			var x *archive.Error
			if errors.As(err, &x) {
				fmt.Fprintf(e.stdout, "  %s\n", x.Msg.In(e.lang))
			}
		}
	}
	fmt.Fprintln(e.stdout)
	return nil
}
