package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// client speaks to a running server. The token comes from SOHOA_TOKEN and never from a flag.
type client struct {
	base  string
	token string
	lang  string
	http  *http.Client
}

func newClient(e *env, server string) (*client, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("--server takes a URL such as http://127.0.0.1:8080")
	}
	token := strings.TrimSpace(e.getenv("SOHOA_TOKEN"))
	if token == "" {
		return nil, errors.New("SOHOA_TOKEN is empty: put an API token there (sohoa token add makes one)")
	}
	return &client{base: strings.TrimRight(server, "/") + "/api/v1", token: token, lang: e.lang, http: &http.Client{}}, nil
}

// problem is a refusal as the server tells it (RFC 9457).
type problem struct {
	Status   int    `json:"status"`
	Code     string `json:"code"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Document string `json:"document"`

	Findings []toldFinding `json:"findings"`
	Errors   []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
	retryAfter time.Duration
}

func (p *problem) Error() string {
	s := p.Detail
	if s == "" {
		s = p.Title
	}
	for _, f := range p.Findings {
		if f.Severity != "error" {
			continue
		}
		if f.Page > 0 {
			s += fmt.Sprintf(" [%d: %s]", f.Page, f.Message)
		} else {
			s += " [" + f.Message + "]"
		}
	}
	return fmt.Sprintf("%s (%d %s)", s, p.Status, p.Code)
}

// do sends a request and decodes the answer into out; a refusal is a *problem.
func (c *client) do(ctx context.Context, method, path string, header http.Header, body io.Reader, size int64, out any) error {
	_, err := c.ask(ctx, method, path, header, body, size, out)
	return err
}

// ask is do for those who look at the headers of the answer too, a refusal's included.
func (c *client) ask(ctx context.Context, method, path string, header http.Header, body io.Reader, size int64, out any) (http.Header, error) {
	res, err := c.send(ctx, method, path, header, body, size)
	if res == nil {
		return nil, err
	}
	defer res.Body.Close()
	if err != nil || out == nil {
		return res.Header, err
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return nil, fmt.Errorf("read the server's answer: %w", err)
	}
	return res.Header, nil
}

// download copies the body of an answer to w as it comes.
func (c *client) download(ctx context.Context, path string, w io.Writer) error {
	res, err := c.send(ctx, http.MethodGet, path, nil, nil, -1)
	if res != nil {
		defer res.Body.Close()
	}
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("the line broke: %w", err)
	}
	return nil
}

// send sends a request. A refusal is a *problem, and comes with the answer it was read from. The caller closes the body of an answer.
func (c *client) send(ctx context.Context, method, path string, header http.Header, body io.Reader, size int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		req.ContentLength = size
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept-Language", c.lang)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the server cannot be reached: %w", err)
	}
	if res.StatusCode >= 300 {
		p := &problem{Status: res.StatusCode, Title: res.Status}
		json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(p)
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
			p.retryAfter = time.Duration(n) * time.Second
		}
		return res, p
	}
	return res, nil
}

// post sends v as JSON.
func (c *client) post(ctx context.Context, path string, v, out any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, path, http.Header{"Content-Type": {"application/json"}}, bytes.NewReader(b), int64(len(b)), out)
}
