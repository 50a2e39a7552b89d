package pdf

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sohoa/archive"
	"sohoa/internal/testkit"
)

// inspect opens and inspects one paper of the corpus.
func inspect(t *testing.T, path string) archive.Inspection {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := Inspect(context.Background(), f, archive.InspectRequest{AllowOwnerLocks: true, Limits: archive.InspectLimits{Time: 30 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func codes(in archive.Inspection) []string {
	var out []string
	for _, f := range in.Findings {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
		if f.Msg.VI == "" || f.Msg.EN == "" || f.Severity == "" {
			out = append(out, "UNEXPLAINED "+f.Code)
		}
	}
	return out
}

// verdicts translates the words of the manifest into refusals. "" among them means accepted.
var verdicts = map[string][]string{
	"REJECT_OR_STRIP_ACTIVE": {unsafe, encrypted},
	"REJECT_ENCRYPTED":       {encrypted},
	"REJECT_TYPE":            {unsupported},
	"LIMIT":                  {limits},
	"ACCEPT":                 {""},
	"POLICY":                 {"", unsafe},
	"REPAIR_OR_REJECT":       {"", unsafe, damaged, encrypted, unsupported},
	"SIGNED":                 {""},
	"SIGNED_ANOMALY:":        {""},
	"see":                    {""},
}

// exceptions are papers whose verdict the manifest leaves open, with the reason of ours.
var exceptions = map[string][]string{
	"hostile/encrypted/enc-XI-attachments-base.pdf": {unsafe}, // not encrypted at all, and full of attachments
	"hostile/encrypted/encrypted-with-images.pdf":   {""},     // opens without a password
}

// TestVerdictsOfTheManifest goes through every PDF the manifest of the corpus lists.
func TestVerdictsOfTheManifest(t *testing.T) {
	manifest := testkit.Corpus(t, "MANIFEST.tsv")
	f, err := os.Open(manifest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	seen := 0
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if len(cells) < 2 || !strings.HasSuffix(cells[0], ".pdf") {
			continue
		}
		name, expected := cells[0], cells[1]
		seen++
		t.Run(name, func(t *testing.T) {
			want, ok := exceptions[name]
			if !ok {
				word, _, _ := strings.Cut(strings.ReplaceAll(expected, ":", ": "), " ")
				if want, ok = verdicts[strings.TrimSuffix(word, ":")]; !ok {
					want, ok = verdicts[word]
				}
			}
			if !ok {
				t.Fatalf("the manifest says %q, which this test does not understand", expected)
			}
			got := inspect(t, filepath.Join(filepath.Dir(manifest), name))
			if !slices.Contains(want, got.Refusal) {
				t.Errorf("%s: refusal %q with %v, want one of %q", expected, got.Refusal, codes(got), want)
			}
			if got.Refusal != "" && archive.Worst(got.Findings) != archive.Fatal {
				t.Errorf("refused as %s without saying why: %v", got.Refusal, codes(got))
			}
			if got.Refusal == "" && (len(got.Pages) == 0 || archive.Worst(got.Findings) == archive.Fatal) {
				t.Errorf("accepted with %d pages and %v", len(got.Pages), codes(got))
			}
			for _, c := range codes(got) {
				if strings.HasPrefix(c, "UNEXPLAINED") {
					t.Error(c)
				}
			}
		})
	}
	if seen < 100 {
		t.Errorf("the manifest lists %d PDFs only", seen)
	}
}

// TestFindings pins what is said about papers whose peculiarity is known.
func TestFindings(t *testing.T) {
	cases := []struct {
		reason, file string
		refusal      string
		want         []string // codes that must be among the findings
		never        []string
		pages, sigs  int
	}{
		{"a script in the name tree", "hostile/active_content/js.pdf", unsafe, []string{"javascript"}, nil, 1, 0},
		{"an automatic remote open", "hostile/active_content/get_page_aaction.pdf", unsafe, []string{"auto_action", "remote_goto"}, nil, 2, 0},
		{"an empty attachment entry", "hostile/active_content/embedded_attachments_invalid_data.pdf", unsafe, []string{"embedded_file"}, nil, 1, 0},
		{"a dynamic form", "hostile/active_content/xfa_multiline_textfield.pdf", unsafe, []string{"xfa"}, nil, 1, 0},
		{"buttons that look different under the pointer", "hostile/active_content/click_form.pdf", unsafe, []string{"shifting_page"}, nil, 1, 0},
		{"a plain link", "hostile/active_content/uri_action.pdf", "", nil, []string{"unsafe_link", "auto_action"}, 1, 0},
		{"a form without actions", "images/acroform.pdf", "", nil, nil, 1, 0},
		{"a second trailer after the end", "hostile/collision_polyglot/pdfa_schizo.pdf", unsafe, []string{"trailing_data"}, nil, 1, 0},
		{"a program before the PDF", "hostile/signed/signature-appended.pdf", unsafe, []string{"header_offset"}, nil, 1, 0},
		{"a one-part byte range", "hostile/signed/one-byterange.pdf", "", []string{"signature_malformed"}, nil, 1, 1},
		{"a byte range with holes", "hostile/signed/weird-byterange.pdf", "", []string{"signature_malformed"}, nil, 1, 1},
		{"a form changed behind the signature", "hostile/signed/form-update-override-appearance-stream-sneaky.pdf", "", []string{"changed_after_signing"}, nil, 1, 2},
		{"an appearance changed behind the signature", "hostile/signed/form-update-override-appearance-stream-ap-indirect.pdf", "", []string{"changed_after_signing"}, nil, 1, 2},
		{"one sound signature", "hostile/signed/digitally-signed.pdf", "", nil, []string{"signature_malformed", "signature_appended", "changed_after_signing"}, 1, 1},
		{"six signatures one after another", "real/dispatch-6-signatures.pdf", "", []string{"signed_then_signed"}, []string{"signature_malformed", "signature_appended", "changed_after_signing", "not_colour"}, 1, 6},
		{"a gazette somebody shrank", "real/gazette-broken-signature-30p.pdf", "", []string{"signature_malformed"}, []string{"not_colour"}, 30, 1},
		{"a black and white scan with a stamp", "real/scan-ccitt-signed-4p.pdf", "", []string{"not_colour"}, []string{"low_resolution"}, 4, 1},
		{"a colour scan", "real/scan-jpeg-6p.pdf", "", nil, []string{"not_colour", "low_resolution", "pdf_version_low"}, 6, 0},
		{"a restricted file", "real/owner-password-2p.pdf", "", []string{"owner_password"}, nil, 2, 0},
		{"a born-digital file is measured by no scan profile", "real/born-digital-3p.pdf", "", nil, []string{"not_colour", "low_resolution", "archive_not_pdfa"}, 3, 0},
		{"eleven pages", "real/scan-flate-11p.pdf", "", []string{"not_colour"}, nil, 11, 0},
		{"an attachment", "synthetic/fixtures/attach.pdf", unsafe, []string{"embedded_file"}, nil, 1, 0},
		{"a user password", "synthetic/fixtures/enc-user.pdf", encrypted, []string{"password"}, nil, 0, 0},
		{"an owner password", "synthetic/fixtures/enc-owner.pdf", "", []string{"owner_password"}, nil, 1, 0},
		{"a script and a launch", "synthetic/fixtures/js.pdf", unsafe, []string{"javascript", "launch", "auto_action"}, nil, 1, 0},
		{"objects in an object stream", "synthetic/fixtures/objstm.pdf", "", nil, nil, 1, 0},
		{"a 96 dpi scan", "synthetic/fixtures/jpx.pdf", "", []string{"low_resolution"}, []string{"not_colour"}, 1, 0},
		{"35,000 by 35,000 pixels", "hostile/huge/hugemono.pdf", limits, []string{"image_too_large"}, nil, 1, 0},
		{"a page of 200 inches", "hostile/bombs/page_200in.pdf", limits, []string{"page_too_large"}, nil, 1, 0},
		{"contents of 4 GiB", "hostile/bombs/content_flate2_4G.pdf", limits, []string{"inflates_too_far"}, nil, 0, 0},
		{"an object stream of 4 GiB", "hostile/bombs/objstm_4G.pdf", limits, []string{"inflates_too_far"}, nil, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			got := inspect(t, testkit.Corpus(t, c.file))
			have := codes(got)
			if got.Refusal != c.refusal {
				t.Errorf("refusal %q, want %q (%v)", got.Refusal, c.refusal, have)
			}
			for _, w := range c.want {
				if !slices.Contains(have, w) {
					t.Errorf("finding %s missing among %v", w, have)
				}
			}
			for _, n := range c.never {
				if slices.Contains(have, n) {
					t.Errorf("finding %s among %v", n, have)
				}
			}
			if len(got.Pages) != c.pages || got.Signatures != c.sigs {
				t.Errorf("%d pages, %d signatures; want %d, %d", len(got.Pages), got.Signatures, c.pages, c.sigs)
			}
		})
	}
}

// TestScanResolution pins the resolution computed from how a picture is placed.
func TestScanResolution(t *testing.T) {
	cases := []struct {
		file   string
		page   int
		dpi    int
		colour bool
	}{
		{"real/scan-jpeg-6p.pdf", 1, 200, true},
		{"real/scan-jpeg-6p.pdf", 4, 200, true},
		{"real/scan-ccitt-signed-4p.pdf", 1, 200, false},
		{"real/gazette-broken-signature-30p.pdf", 1, 0, false}, // a logo of 1,620 dpi is no scan
		{"images/masks.pdf", 1, 298, true},                     // two layers: the finer one counts
		{"images/rotated_skew.pdf", 1, 300, false},
		{"synthetic/scan/01-mild-300.pdf", 1, 300, true},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			got := inspect(t, testkit.Corpus(t, c.file))
			p := got.Pages[c.page-1]
			if p.DPI != c.dpi || p.Colour != c.colour {
				t.Errorf("page %d: %d dpi, colour %v; want %d, %v", c.page, p.DPI, p.Colour, c.dpi, c.colour)
			}
		})
	}
}
