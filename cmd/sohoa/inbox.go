package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"sohoa/api"
	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
)

// inboxOptions are about the folder into which network scanners write.
type inboxOptions struct {
	dir, agency, done, kind string
	jobs                    int
}

func (i *inboxOptions) flags(fs *flag.FlagSet) {
	fs.StringVar(&i.dir, "inbox", "", "take in what network scanners put into this `folder`; subfolders named by the code of an agency or a dossier say where it belongs; refused files go to REFUSED in it, with the reason beside")
	fs.StringVar(&i.agency, "inbox-agency", "", "`code` of the agency the inbox works for; subfolders may name it or registered ones below it (default: any agency, and files whose folders name none are refused)")
	fs.StringVar(&i.done, "inbox-done", "", "move acknowledged files of the inbox to this `folder` (default: remove them)")
	fs.StringVar(&i.kind, "inbox-kind", "component", "what lies in the inbox: component or result")
	fs.IntVar(&i.jobs, "inbox-jobs", 0, "files of the inbox under way at once (default: half of --inspectors, so that people who upload never wait for the scanners)")
}

// onFault reads --on-fault.
func onFault(s string) (archive.OnFault, error) {
	f := archive.OnFault(s)
	if f != archive.Refuse && f != archive.KeepAside {
		return "", errors.New("--on-fault takes refuse or quarantine")
	}
	return f, nil
}

// openInbox builds the inbox of a server. The folder need not be there: a share may be mounted later. The caller closes the
// journal when the inbox has ended.
func openInbox(o *options, h *house) (*intake.Folder, error) {
	i := &o.inbox
	dir, err := filepath.Abs(i.dir)
	if err != nil {
		return nil, err
	}
	if within(dir, o.data) || within(o.data, dir) {
		return nil, errors.New("--inbox and --data must not lie in each other: the inbox is emptied")
	}
	c := intake.Config{Dir: dir, Source: dir + "\x00", After: intake.Remove, Aside: true, Jobs: i.jobs, Watched: true, Limits: o.limits().Folder, Log: h.log}
	if c.Jobs <= 0 {
		c.Jobs = max(1, o.inspectors/2)
	}
	if i.done != "" {
		c.After = intake.Move
		if c.Done, err = filepath.Abs(i.done); err != nil {
			return nil, err
		}
		if c.Done == dir || within(o.data, c.Done) || within(c.Done, o.data) {
			return nil, errors.New("--inbox-done must be a folder of its own")
		}
	}
	d := &houseDepositor{archive: h.archive, actor: archive.Actor{Name: "inbox", Role: archive.RoleService}}
	if i.agency != "" {
		if d.actor.Agency, err = archive.ParseAgencyCode(i.agency); err != nil {
			return nil, fmt.Errorf("--inbox-agency: %w", err)
		}
	}
	if d.onFault, err = onFault(o.onFault); err != nil {
		return nil, err
	}
	kind := archive.DocumentKind(i.kind)
	if kind != archive.Component && kind != archive.Result {
		return nil, errors.New("--inbox-kind takes component or result")
	}
	c.Depositor, c.Record = d, d.record
	c.Plan = func(f intake.File) (intake.Request, error) {
		at, err := intake.PlaceOf(f.Path)
		return intake.Request{Kind: kind, Agency: at.Agency, Dossier: at.Dossier}, err
	}
	if c.Journal, err = intake.OpenJournal(filepath.Join(o.data, "imports"), c.Source); err != nil {
		return nil, err
	}
	return intake.New(c)
}

// within reports whether a path is dir or lies below it, by name.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// runInbox takes what comes until ctx ends, and returns when nothing is under way any more.
func (h *house) runInbox(ctx context.Context) {
	if err := h.inbox.Watch(ctx); err != nil {
		h.log.Error("the inbox has stopped; start the server again when this is mended", "err", err)
	}
	if err := h.inbox.Journal.Close(); err != nil {
		h.log.Error("close the inbox's journal", "err", err)
	}
}

// inboxFacts are how the inbox stands, for /status; nil when there is none.
func (h *house) inboxFacts() *api.Inbox {
	if h.inbox == nil {
		return nil
	}
	s := h.inbox.Status()
	out := &api.Inbox{Folder: s.Folder, Reachable: s.Away == "", Trouble: s.Away, Waiting: s.Waiting, Held: s.Held, Overfull: s.Full,
		Taken: s.Taken, Quarantined: s.Quarantined, Refused: s.Refused, RefusedFiles: s.Aside}
	if !s.Last.IsZero() {
		out.LastTakenAt = &s.Last
	}
	return out
}
