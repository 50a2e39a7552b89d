package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"sohoa/archive"
)

type dossiersPage struct {
	Frame
	Prefix   string
	Rows     []DossierRow
	Next     string
	First    string
	MayOpen  bool
	MayHear  bool // what citizens said of the service
	Form     dossierForm
	Faults   Faults
	Agencies []Option
}

// DossierRow is one dossier in a list.
type DossierRow struct {
	Code, Href, Title, Procedure, Applicant string
	Custodian                               string
	Received, Due                           string
	Closed                                  bool
	Late                                    bool
}

type dossierForm struct{ Code, Procedure, Title, Applicant, Due string }

func (p *Pages) dossiers(v *visit) error { return p.showDossiers(v, http.StatusOK, &dossiersPage{}) }

func (p *Pages) showDossiers(v *visit, status int, d *dossiersPage) error {
	d.Title, d.Section = v.t("nav.dossiers"), "dossiers"
	d.Prefix = strings.ToUpper(strings.TrimSpace(v.query("code")))
	d.MayOpen, d.MayHear = v.actor.Role.May(archive.ActDossier), v.actor.Role.May(archive.ActOpinions)
	if code, err := archive.ParseDossierCode(d.Prefix); err == nil && v.query("after") == "" {
		if _, err := p.Archive.Dossier(v.ctx, v.actor, code); err == nil {
			return v.redirect("/dossiers/" + code.String())
		}
	}
	l, err := p.Archive.Dossiers(v.ctx, v.actor, archive.DossierFilter{Prefix: d.Prefix, After: v.query("after"), Limit: rowsOfList})
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	procedures, err := p.procedureNames(v)
	if err != nil {
		return err
	}
	for i := range l.Items {
		d.Rows = append(d.Rows, p.dossierRow(&l.Items[i], n, procedures))
	}
	if l.Next != "" {
		d.Next = v.with("after", l.Next)
	}
	if v.query("after") != "" {
		d.First = v.with()
	}
	return p.show(v, status, "clerk/dossiers", d)
}

func (p *Pages) dossierRow(x *archive.Dossier, n names, procedures map[archive.ProcedureCode]string) DossierRow {
	r := DossierRow{Code: x.Code.String(), Href: "/dossiers/" + x.Code.String(), Title: x.Title, Procedure: procedures[x.Procedure.Base()], Applicant: x.Applicant.Name,
		Custodian: n.of(x.Custodian), Received: x.ReceivedOn.Local(), Due: x.DueOn.Local(), Closed: !x.ClosedOn.IsZero()}
	if r.Custodian == "" {
		r.Custodian = x.Custodian.String()
	}
	r.Late = !r.Closed && !x.DueOn.IsZero() && x.DueOn.Before(archive.DateOf(p.Archive.Clock.Now().In(archive.Zone)))
	return r
}

// procedureNames tells the name of a procedure by the base of its code.
func (p *Pages) procedureNames(v *visit) (map[archive.ProcedureCode]string, error) {
	all, err := p.Archive.Procedures(v.ctx)
	if err != nil {
		return nil, err
	}
	m := map[archive.ProcedureCode]string{}
	for _, x := range all {
		m[x.Code.Base()] = x.Name
	}
	return m, nil
}

func (p *Pages) openDossier(v *visit) error {
	d := &dossiersPage{Form: dossierForm{v.form("code"), v.form("procedure"), v.form("title"), v.form("applicant"), v.form("due")}}
	var x archive.Dossier
	read := func(field string, err error) {
		if err != nil {
			d.Faults.add(field, v.say(textOfError(err)))
		}
	}
	read("code", x.Code.UnmarshalText([]byte(d.Form.Code)))
	read("procedure", x.Procedure.UnmarshalText([]byte(d.Form.Procedure)))
	read("due", x.DueOn.UnmarshalText([]byte(d.Form.Due)))
	if x.Code == "" && d.Faults.Of("code") == "" {
		d.Faults.add("code", v.t("form.required"))
	}
	if d.Faults != nil {
		return p.showDossiers(v, http.StatusBadRequest, d)
	}
	x.Title, x.Applicant.Name = d.Form.Title, d.Form.Applicant
	_, err := p.Archive.OpenDossier(v.ctx, v.actor, x, nil)
	if err == nil {
		return v.redirect("/dossiers/" + x.Code.String() + "?done=dossier")
	}
	faults, alert, status, ok := p.faults(v, err)
	if archive.KindOf(err) == archive.NotFound { // the agency of the code is not the clerk's
		faults, status, ok = Faults{{"code", v.t("dossier.elsewhere")}}, http.StatusBadRequest, true
	}
	if !ok {
		return err
	}
	d.Faults, d.Alert = faults, alert
	return p.showDossiers(v, status, d)
}

type dossierPage struct {
	Frame
	Dossier    DossierRow
	Code       string
	Closed     string
	Components []Row
	Results    []Row
	Missing    []string
	Complete   bool // the procedure says what is wanted, and all of it is there
	More       bool
	MayDeposit bool
	Wanted     []string // components of the procedure, to print separator sheets for
	History    []EventRow
	Receipt    *receiptCard // nil: not this person's to print
	Retrieved  []EventRow   // what citizens did with its results
}

// receiptCard is the part of a dossier's page that prints receipts.
type receiptCard struct {
	Number int // of the newest; 0: none yet
	When   string
	Local  bool // the code on it leads nowhere but on this machine
}

func (p *Pages) dossier(v *visit) error {
	code, err := archive.ParseDossierCode(v.gin.Param("code"))
	if err != nil {
		return archive.ErrNotFound
	}
	x, err := p.Archive.Dossier(v.ctx, v.actor, code)
	if err != nil {
		return err
	}
	n, err := p.agencyNames(v)
	if err != nil {
		return err
	}
	procedures, err := p.procedureNames(v)
	if err != nil {
		return err
	}
	d := &dossierPage{Dossier: p.dossierRow(&x.Dossier, n, procedures), Code: x.Code.String(), Closed: x.ClosedOn.Local(), Missing: x.Missing, More: x.More,
		MayDeposit: v.actor.Role.May(archive.ActDeposit)}
	d.Title, d.Section = v.t("dossier.title", d.Code), "dossiers"
	if x.Missing != nil {
		proc, err := p.Archive.Procedure(v.ctx, x.Procedure, p.Archive.Clock.Now())
		if err != nil && archive.KindOf(err) != archive.NotFound {
			return err
		}
		d.Complete = len(x.Missing) == 0 && len(proc.Components) > 0
		d.Wanted = proc.Components
	}
	for i := range x.Components {
		d.Components = append(d.Components, v.row(&x.Components[i], n))
	}
	for i := range x.Results {
		d.Results = append(d.Results, v.row(&x.Results[i], n))
	}
	evs, err := p.Archive.DossierHistory(v.ctx, v.actor, code, archive.ID{}, mostEvents)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(evs) {
		d.History = append(d.History, v.event(&e))
	}
	if err := p.receiptOf(v, d, code); err != nil {
		return err
	}
	return p.show(v, http.StatusOK, "clerk/dossier", d)
}

// receiptOf fills in what is known of the dossier's receipt and of what was done with it.
func (p *Pages) receiptOf(v *visit, d *dossierPage, code archive.DossierCode) error {
	if v.actor.Role.May(archive.ActReceipt) && p.Archive.RetrievalKey != nil {
		r, err := p.Archive.ReceiptOf(v.ctx, v.actor, code)
		if err != nil {
			return err
		}
		d.Receipt = &receiptCard{r.Number, moment(r.IssuedAt), onlyHere(p.PublicURL)}
	}
	evs, err := p.Archive.RetrievalsOf(v.ctx, v.actor, code, mostEvents)
	if err != nil {
		return err
	}
	for _, e := range evs {
		d.Retrieved = append(d.Retrieved, v.event(&e))
	}
	return nil
}

// onlyHere reports whether an address of this house can be reached from this machine alone.
func onlyHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
