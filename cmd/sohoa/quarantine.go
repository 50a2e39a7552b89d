package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"sohoa/archive"
	"sohoa/ocr/virus"
)

// quarantining adds the flags of what is kept aside.
func (o *options) quarantining(fs *flag.FlagSet) {
	fs.StringVar(&o.unsafe, "unsafe", "refuse", "what becomes of papers with active content whose sender did not ask for quarantine: `refuse` or quarantine")
	fs.StringVar(&o.virusScanner, "virus-scanner", "", "`address` of clamd, unix:/run/clamav/clamd.ctl or tcp:host:3310 (default: nothing looks for viruses); while it is away papers wait in quarantine. In clamd.conf set StreamMaxLength, MaxFileSize and MaxScanSize to --max-file, and AlertExceedsMax yes")
}

// findScanner sets the policy of what is kept aside and the virus scanner. One that does not answer yet is no reason not to
// start: papers wait for it in quarantine.
func (h *house) findScanner(ctx context.Context, o *options, cfg *archive.Config) error {
	switch archive.OnFault(o.unsafe) {
	case archive.Refuse, "":
	case archive.KeepAside:
		cfg.Policy.QuarantineUnsafe = true
	default:
		return fmt.Errorf("--unsafe takes refuse or quarantine")
	}
	if o.virusScanner == "" {
		return nil
	}
	s, err := virus.New(virus.Options{Address: o.virusScanner, Limits: cfg.Limits.Virus})
	if err != nil {
		return errors.New("--virus-scanner takes unix:/path or tcp:host:port")
	}
	cfg.Scanner = s
	if version, err := s.Version(ctx); err != nil {
		h.log.Warn("the virus scanner does not answer; what comes in waits in quarantine", "err", err)
	} else {
		h.log.Info("virus scanner", "says", version)
	}
	return nil
}
