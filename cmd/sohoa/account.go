package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sohoa/api/session"
	"sohoa/archive"
)

// account is `sohoa account add`.
func account(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var login, name, role, agency, until string
	fs := o.flags(e, "account")
	o.remote(fs)
	fs.StringVar(&login, "name", "", "sign-in `name`, without spaces")
	fs.StringVar(&name, "full-name", "", "the person's full `name` (default: the sign-in name)")
	fs.StringVar(&role, "role", "", "clerk, checker, archivist, auditor or admin")
	fs.StringVar(&agency, "agency", "", "`code` of the agency at the top of the account's scope, for example H15.50; empty for the whole province (auditor, admin)")
	fs.StringVar(&until, "until", "", "last `day` of the account, 2026-12-31")
	unfactor := fs.Bool("second-factor", false, "with reset: take the second factor away, too; its owner is told at the next sign-in")
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) == 1 && rest[0] == "reset" && login != "" && o.server == "" {
		return resetPassword(ctx, e, &o, login, *unfactor)
	}
	if len(rest) != 1 || rest[0] != "add" || login == "" || role == "" {
		return exitFailed, errors.New("usage: sohoa account add --name LOGIN --role ROLE --agency CODE [--until DAY], or sohoa account reset --name LOGIN [--second-factor] on the data folder")
	}
	acc := archive.Account{Login: login, Name: name}
	if acc.Role, acc.Agency, acc.Until, err = parseGrant(role, agency, until); err != nil {
		return exitFailed, err
	}
	if o.server != "" {
		return remoteAccount(ctx, e, &o, acc)
	}
	h, err := openHouse(ctx, e, &o, parts{})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	password := session.OneTimePassword()
	if acc.PasswordHash, err = session.HashPassword(password); err != nil {
		return exitFailed, err
	}
	acc.MustChange = true
	if _, err := h.archive.AddAccount(ctx, archive.System, acc); err != nil {
		return exitFailed, err
	}
	fmt.Fprintln(e.stdout, password)
	return exitDone, nil
}

// resetPassword gives an account a new one-time password, for whoever holds the data folder: after a rebuild nobody has one.
func resetPassword(ctx context.Context, e *env, o *options, login string, unfactor bool) (int, error) {
	h, err := openHouse(ctx, e, o, parts{})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	var acc archive.Account
	err = h.archive.Catalog.View(ctx, func(tx archive.Tx) (err error) {
		acc, err = tx.Accounts().ByLogin(ctx, strings.ToLower(login))
		return err
	})
	if archive.KindOf(err) == archive.NotFound && err != nil {
		return exitFailed, errors.New("there is no account of that name")
	}
	if err != nil {
		return exitFailed, err
	}
	password := session.OneTimePassword()
	if acc.PasswordHash, err = session.HashPassword(password); err != nil {
		return exitFailed, err
	}
	acc.MustChange = true
	if _, err := h.archive.ChangeAccount(ctx, archive.System, acc, acc.Revision, "reset"); err != nil {
		return exitFailed, err
	}
	if unfactor {
		if err := h.archive.RemoveFactor(ctx, archive.System, acc.ID); err != nil {
			return exitFailed, err
		}
	}
	fmt.Fprintln(e.stdout, password)
	return exitDone, nil
}

func remoteAccount(ctx context.Context, e *env, o *options, acc archive.Account) (int, error) {
	c, err := newClient(e, o.server)
	if err != nil {
		return exitFailed, err
	}
	in := map[string]any{"login": acc.Login, "name": acc.Name, "role": acc.Role, "agency": acc.Agency}
	if !acc.Until.IsZero() {
		in["until"] = acc.Until.Format(time.RFC3339)
	}
	var out struct {
		Password string `json:"password"`
	}
	if err := c.post(ctx, "/accounts", in, &out); err != nil {
		return exitFailed, err
	}
	fmt.Fprintln(e.stdout, out.Password)
	return exitDone, nil
}

// parseGrant reads what account and token have in common. A last day is whole: the right ends when it does.
func parseGrant(role, agency, until string) (r archive.Role, c archive.AgencyCode, t time.Time, err error) {
	if r, err = archive.ParseRole(role); err != nil {
		return r, c, t, fmt.Errorf("--role: %w", err)
	}
	if agency != "" {
		if c, err = archive.ParseAgencyCode(agency); err != nil {
			return r, c, t, err
		}
	}
	if until != "" {
		d, err := archive.ParseDate(until)
		if err != nil {
			return r, c, t, err
		}
		t = d.Time().AddDate(0, 0, 1).UTC()
	}
	return r, c, t, nil
}

// token is `sohoa token add`. Nothing but the token goes to standard output.
func token(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	var note, role, agency, until string
	fs := o.flags(e, "token")
	o.remote(fs)
	fs.StringVar(&role, "role", "", "service, clerk, checker, archivist, auditor or admin")
	fs.StringVar(&agency, "agency", "", "`code` of the agency at the top of the token's scope; empty for the whole province")
	fs.StringVar(&note, "note", "", "`words` that say what the token is for")
	fs.StringVar(&until, "until", "", "last `day` of the token, 2026-12-31")
	rest, err := o.parseMixed(e, fs, args)
	if err != nil {
		return exitFailed, err
	}
	if len(rest) != 1 || rest[0] != "add" || role == "" {
		return exitFailed, errors.New("usage: sohoa token add --role ROLE --agency CODE [--note WORDS] [--until DAY]")
	}
	t := archive.Token{Note: note}
	if t.Role, t.Agency, t.Until, err = parseGrant(role, agency, until); err != nil {
		return exitFailed, err
	}
	if o.server != "" {
		c, err := newClient(e, o.server)
		if err != nil {
			return exitFailed, err
		}
		in := map[string]any{"role": t.Role, "agency": t.Agency, "note": t.Note}
		if !t.Until.IsZero() {
			in["until"] = t.Until.Format(time.RFC3339)
		}
		var out struct {
			Token string `json:"secret"`
		}
		if err := c.post(ctx, "/tokens", in, &out); err != nil {
			return exitFailed, err
		}
		fmt.Fprintln(e.stdout, out.Token)
		return exitDone, nil
	}
	h, err := openHouse(ctx, e, &o, parts{})
	if err != nil {
		return exitFailed, err
	}
	defer h.Close()
	secret, digest := session.NewToken()
	t.Hash = digest
	if _, err := h.archive.AddToken(ctx, archive.System, t); err != nil {
		return exitFailed, err
	}
	fmt.Fprintln(e.stdout, secret)
	return exitDone, nil
}
