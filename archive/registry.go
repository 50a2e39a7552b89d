package archive

import (
	"context"
	"slices"
	"strings"
	"time"

	"sohoa/internal/viet"
)

// Agencies returns the registry of agencies by code. Every actor may read it: names of offices are public.
func (a *Archive) Agencies(ctx context.Context) ([]Agency, error) {
	return a.registry.load(ctx, a.Catalog)
}

// Procedures returns every version of every procedure, by code and day.
func (a *Archive) Procedures(ctx context.Context) ([]Procedure, error) {
	var all []Procedure
	err := a.Catalog.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Registry().Procedures(ctx)
		return err
	})
	return all, err
}

// PutAgency adds an agency (after 0) or changes it (after its revision). The parent must be known. Its quota is changed only
// by an administrator who stands above the agency: nobody grants himself more.
func (a *Archive) PutAgency(ctx context.Context, actor Actor, g Agency, after int64) (Agency, error) {
	if !actor.Role.May(ActRegistry) {
		return Agency{}, ErrForbidden
	}
	out, err := a.putAgencies(ctx, actor, []Agency{g}, func(g *Agency, old Agency) (int64, error) {
		if !g.Quota.same(old.Quota) && !actor.Grants(g.Code) {
			return 0, ErrForbidden
		}
		return after, g.Quota.check()
	})
	if err != nil {
		return Agency{}, err
	}
	return out[0], nil
}

// LoadAgencies adds or changes many agencies in one transaction, all or none: parents may come after their children. A
// table says nothing about quotas: they stay as they are.
func (a *Archive) LoadAgencies(ctx context.Context, actor Actor, gs []Agency) error {
	if !actor.Role.May(ActRegistry) {
		return ErrForbidden
	}
	_, err := a.putAgencies(ctx, actor, gs, func(g *Agency, old Agency) (int64, error) {
		g.Quota = old.Quota
		return old.Revision, nil
	})
	return err
}

func (a *Archive) putAgencies(ctx context.Context, actor Actor, gs []Agency, after func(g *Agency, old Agency) (int64, error)) ([]Agency, error) {
	now := a.Clock.Now()
	out := slices.Clone(gs)
	err := a.update(ctx, func(tx Tx) error {
		all, err := tx.Registry().Agencies(ctx)
		if err != nil {
			return err
		}
		known := map[AgencyCode]Agency{}
		for _, g := range all {
			known[g.Code] = g
		}
		for _, g := range out {
			if _, ok := known[g.Code]; !ok {
				known[g.Code] = Agency{}
			}
		}
		for i := range out {
			g := &out[i]
			g.Name = clean(g.Name, 200)
			if g.Name == "" {
				return invalidField("name", Text{"Xin ghi tên cơ quan.", "Give the agency's name."})
			}
			if g.Parent == "" {
				g.Parent = g.Code.Parent()
			}
			if _, ok := known[g.Parent]; g.Parent != "" && (!ok || g.Parent == g.Code) {
				return invalidField("parent", Text{"Cơ quan cấp trên chưa có trong danh mục.", "The parent agency is not in the registry."})
			}
			g.Rules = known[g.Code].Rules
			rev, err := after(g, known[g.Code])
			if err != nil {
				return err
			}
			g.UpdatedAt = now
			if err := tx.Registry().PutAgency(ctx, *g, rev); err != nil {
				return err
			}
			g.Revision = rev + 1
			ev := NewEvent(actor, EvRegistry, now)
			ev.Object = "agency:" + g.Code.String()
			if err := tx.Events().Append(ctx, ev); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// PutProcedure adds (after 0) or changes a version of a procedure.
func (a *Archive) PutProcedure(ctx context.Context, actor Actor, p Procedure, after int64) (Procedure, error) {
	if !actor.Role.May(ActRegistry) {
		return Procedure{}, ErrForbidden
	}
	now := a.Clock.Now()
	p.Name, p.Sector, p.UpdatedAt = clean(p.Name, 500), clean(p.Sector, 200), now
	if p.Name == "" {
		return Procedure{}, invalidField("name", Text{"Xin ghi tên thủ tục.", "Give the procedure's name."})
	}
	err := a.update(ctx, func(tx Tx) error {
		if err := tx.Registry().PutProcedure(ctx, p, after); err != nil {
			return err
		}
		ev := NewEvent(actor, EvRegistry, now)
		ev.Object = "procedure:" + p.Code.String()
		return tx.Events().Append(ctx, ev)
	})
	p.Revision = after + 1
	return p, err
}

// LoadProcedures adds or changes many procedures in one transaction, all or none.
func (a *Archive) LoadProcedures(ctx context.Context, actor Actor, ps []Procedure) error {
	if !actor.Role.May(ActRegistry) {
		return ErrForbidden
	}
	now := a.Clock.Now()
	type key struct {
		c ProcedureCode
		d Date
	}
	return a.update(ctx, func(tx Tx) error {
		all, err := tx.Registry().Procedures(ctx)
		if err != nil {
			return err
		}
		rev := map[key]int64{}
		for _, p := range all {
			rev[key{p.Code, p.From}] = p.Revision
		}
		for _, p := range ps {
			p.Name, p.Sector, p.UpdatedAt = clean(p.Name, 500), clean(p.Sector, 200), now
			if p.Name == "" {
				return invalidField("name", Text{"Xin ghi tên thủ tục.", "Give the procedure's name."})
			}
			k := key{p.Code, p.From}
			if err := tx.Registry().PutProcedure(ctx, p, rev[k]); err != nil {
				return err
			}
			rev[k]++
			ev := NewEvent(actor, EvRegistry, now)
			ev.Object = "procedure:" + p.Code.String()
			if err := tx.Events().Append(ctx, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

// answersTo reports whether a paper called have is the paper called want: one folded name holds the other.
func answersTo(want, have string) bool {
	w, h := strings.TrimSpace(viet.Fold(want)), strings.TrimSpace(viet.Fold(have))
	return w != "" && h != "" && (strings.Contains(h, w) || strings.Contains(w, h))
}

// knowAgency puts an agency that nobody has registered yet, and what lies above it by code, into the registry under its
// code, so that scopes hold from the first paper on. An administrator names it later. Those with a scope cannot reach
// here with a code outside it.
func (a *Archive) knowAgency(ctx context.Context, tx Tx, actor Actor, code AgencyCode, now time.Time) error {
	if code == "" || a.registry.has(code) {
		return nil
	}
	all, err := tx.Registry().Agencies(ctx)
	if err != nil {
		return err
	}
	for c := code; c != "" && !slices.ContainsFunc(all, func(g Agency) bool { return g.Code == c }); c = c.Parent() {
		if err := tx.Registry().PutAgency(ctx, Agency{Code: c, Name: c.String(), Parent: c.Parent(), UpdatedAt: now}, 0); err != nil {
			return err
		}
		ev := NewEvent(actor, EvRegistry, now)
		ev.Object, ev.Detail = "agency:"+c.String(), map[string]string{"act": "first_use"}
		if err := tx.Events().Append(ctx, ev); err != nil {
			return err
		}
	}
	return nil
}

// manages reports whether an administrator may give rights at code: it lies in the scope, or is not registered yet and
// would lie there by its code.
func (a *Archive) manages(ctx context.Context, actor Actor, code AgencyCode) (bool, error) {
	if actor.Covers(code) {
		return code != "" || actor.Agency == "", nil
	}
	all, err := a.Agencies(ctx)
	if err != nil || slices.ContainsFunc(all, func(g Agency) bool { return g.Code == code }) {
		return false, err
	}
	return code.Within(actor.Agency), nil
}
