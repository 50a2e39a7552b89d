package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sohoa/storage/blob"
	"sohoa/storage/blob/s3"
	"sohoa/storage/ocfl"
)

// openVault opens the store that --store names. What it opens is closed with the house.
func (h *house) openVault(ctx context.Context, e *env, o *options) (*ocfl.Vault, error) {
	spoolDir := filepath.Join(o.data, "spool")
	switch {
	case o.store == "", strings.HasPrefix(o.store, "file:"):
		h.storeKind, h.storeDir = "file", strings.TrimPrefix(o.store, "file:")
		if o.store == "" {
			h.storeDir = filepath.Join(o.data, "store")
		}
		v, err := ocfl.OpenDisk(h.storeDir, spoolDir, ocfl.Options{Syncs: &h.syncs})
		if err != nil {
			return nil, fmt.Errorf("open store %s: %w", h.storeDir, err)
		}
		h.closers = append(h.closers, v)
		return v, nil
	case strings.HasPrefix(o.store, "s3://"):
		h.storeKind, h.storeDir = "s3", o.data // the disk that can fill up is the spool's
		return h.openBucket(ctx, e, o.store, spoolDir)
	}
	return nil, errors.New("--store takes file:DIR or s3://bucket/prefix?endpoint=…")
}

func (h *house) openBucket(ctx context.Context, e *env, address, spoolDir string) (*ocfl.Vault, error) {
	cfg, err := s3.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("--store: %w", err)
	}
	if cfg.Credentials.AccessKey, err = secret(e, "SOHOA_S3_ACCESS_KEY"); err != nil {
		return nil, err
	}
	if cfg.Credentials.SecretKey, err = secret(e, "SOHOA_S3_SECRET_KEY"); err != nil {
		return nil, err
	}
	cfg.Credentials.SessionToken = e.getenv("SOHOA_S3_SESSION_TOKEN")
	cfg.Temp = spoolDir
	if path := e.getenv("SOHOA_S3_CA_FILE"); path != "" {
		if cfg.RootCA, err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("SOHOA_S3_CA_FILE: %w", err)
		}
	}
	spool, err := blob.OpenSpool(spoolDir, &h.syncs)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	h.closers = append(h.closers, spool)
	store, err := s3.Open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	h.closers = append(h.closers, store)
	for _, w := range store.Status().Found.Warnings {
		h.log.Warn("store", "says", w)
	}
	v, err := ocfl.New(ctx, store, spool)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	h.closers = append(h.closers, v)
	return v, nil
}

// secret reads a secret from the environment, or from the file that the variable with _FILE behind its name names.
func secret(e *env, name string) (string, error) {
	if v := e.getenv(name); v != "" {
		return v, nil
	}
	path := e.getenv(name + "_FILE")
	if path == "" {
		return "", fmt.Errorf("set %s or %s_FILE", name, name)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(b)), nil
}
