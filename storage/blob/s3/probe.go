package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"sohoa/archive"
)

// contenders is how many requests the probe sends at once to see whether a condition holds among them.
const contenders = 6

// prober tries out an endpoint under names that are no keys.
type prober struct {
	s      *Store
	folder string // ends with a slash
	report Report
}

// probe fills s.report. An endpoint that cannot be written, read, listed and cleaned is an error; anything less is a finding.
func (s *Store) probe(ctx context.Context) error {
	began := time.Now()
	p := &prober{s: s, folder: s.top() + ".sohoa-probe/" + mark() + "/"}
	p.report = Report{At: began.UTC(), CreateIfAbsent: Untested, CreateIfAbsentMultipart: Untested, CompareAndSwap: Untested}
	err := p.run(ctx)
	if e := p.clean(context.WithoutCancel(ctx)); err == nil {
		err = e
	}
	if err != nil {
		return fault(ctx, "probe", s.config.Bucket, err)
	}
	p.judge()
	p.report.Took = time.Since(began).Round(time.Millisecond).String()
	s.report = p.report
	return nil
}

func (p *prober) run(ctx context.Context) error {
	if err := p.must(ctx, "a", "0123456789"); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{p.versions, p.ranges, p.creates, p.swaps, p.sums, p.trails, p.parts, p.lists, p.encrypts, p.styles} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	n, err := p.s.sweep(ctx)
	if err != nil && classOf(err).again() {
		return err
	}
	if p.report.Aborted = n; err != nil {
		p.warn(archive.Text{VI: "Không liệt kê hoặc dọn được các lần tải dở dang.", EN: "Left-over uploads cannot be listed or removed."})
	}
	return nil
}

func (p *prober) warn(t archive.Text) { p.report.Warnings = append(p.report.Warnings, t) }

// put tries once; an answer that may come from a busy server is asked for again.
func (p *prober) put(ctx context.Context, name, text string, c condition, change func(o *minio.PutObjectOptions, sha *string)) (etag string, err error) {
	src, err := p.s.source(ctx, strings.NewReader(text))
	if err != nil {
		return "", err
	}
	try := p.s.retry
	if change != nil {
		try = p.s.once // to send wrong bytes again does not make them right
	}
	err = try(ctx, 0, func(ctx context.Context) error {
		o := minio.PutObjectOptions{DisableContentSha256: true}
		o.ServerSideEncryption, _ = p.s.config.Encryption.header()
		switch {
		case c.absent:
			o.SetMatchETagExcept("*")
		case c.etag != "":
			o.SetMatchETag(c.etag)
		}
		sha := src.sha
		if change != nil {
			change(&o, &sha)
		}
		info, err := p.s.core.PutObject(ctx, p.s.config.Bucket, p.folder+name, src.reader(0, src.size), src.size, "", sha, o)
		etag = info.ETag
		return err
	})
	return etag, err
}

func (p *prober) must(ctx context.Context, name, text string) error {
	_, err := p.put(ctx, name, text, condition{}, nil)
	return err
}

// versions asks the bucket what it keeps. A server that does not know the question keeps one version.
func (p *prober) versions(ctx context.Context) error {
	p.report.Versioning, p.report.ObjectLock, p.report.Retention = p.s.bucketKeeps(ctx)
	p.s.governed = strings.HasPrefix(p.report.Retention, string(minio.Governance))
	if p.s.config.Retention > 0 && !p.report.ObjectLock {
		return archive.Errorf(archive.Unprocessable, "objects are to be locked, and the bucket was made without object lock")
	}
	return nil
}

func (p *prober) ranges(ctx context.Context) error {
	return p.s.retry(ctx, 0, func(ctx context.Context) error {
		o := minio.GetObjectOptions{}
		if err := o.SetRange(2, 4); err != nil {
			return err
		}
		b, _, err := p.s.get(ctx, p.folder+"a", o)
		if err == errNoRange {
			return nil
		}
		if err != nil {
			return err
		}
		defer b.Close()
		got, err := io.ReadAll(b)
		p.report.RangeReads = string(got) == "234"
		return err
	})
}

// level turns the answer to a request that ought to be refused into a finding.
func level(err error) (Level, error) {
	switch c := classOf(err); {
	case err == nil:
		return Ignored, nil
	case c == refused, isCode(err, "ObjectAlreadyExists"):
		return Enforced, nil
	case c == away, c == denied, c == noBucket, c == transient:
		return Untested, err
	}
	return Rejected, nil
}

// creates finds what If-None-Match does.
func (p *prober) creates(ctx context.Context) error {
	_, err := p.put(ctx, "a", "another", condition{absent: true}, nil)
	if p.report.CreateIfAbsent, err = level(err); err != nil || p.report.CreateIfAbsent != Enforced {
		return err
	}
	if _, err := p.put(ctx, "b", "new", condition{absent: true}, nil); err != nil {
		p.report.CreateIfAbsent = Rejected
		return nil
	}
	p.report.CreateIfAbsent = p.race(func(i int) error {
		_, err := p.put(ctx, "race", fmt.Sprint("contender ", i), condition{absent: true}, nil)
		return err
	})
	return nil
}

// swaps finds what If-Match does.
func (p *prober) swaps(ctx context.Context) error {
	etag, err := p.put(ctx, "c", "one", condition{}, nil)
	if err != nil {
		return err
	}
	_, err = p.put(ctx, "c", "stranger", condition{etag: "00000000000000000000000000000000"}, nil)
	if p.report.CompareAndSwap, err = level(err); err != nil || p.report.CompareAndSwap != Enforced {
		return err
	}
	if etag, err = p.put(ctx, "c", "two", condition{etag: etag}, nil); err != nil {
		p.report.CompareAndSwap = Rejected
		return nil
	}
	p.report.CompareAndSwap = p.race(func(i int) error {
		_, err := p.put(ctx, "c", fmt.Sprint("contender ", i), condition{etag: etag}, nil)
		return err
	})
	return nil
}

// race sends requests of which one may win.
func (p *prober) race(send func(i int) error) Level {
	var mu sync.Mutex
	var all sync.WaitGroup
	won := 0
	for i := range contenders {
		all.Go(func() {
			if send(i) == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if won > 1 {
		return Racy
	}
	return Enforced
}

// sums finds whether the server compares bytes with what is said of them.
func (p *prober) sums(ctx context.Context) error {
	wrong, right := strings.Repeat("0", 64), &source{}
	right.sha = archive.DigestOf([]byte("sum")).Hex()
	_, err := p.put(ctx, "d", "sum", condition{}, func(_ *minio.PutObjectOptions, sha *string) { *sha = wrong })
	p.report.SignedBody = isRefusal(err)
	check := func(sum string) error {
		_, err := p.put(ctx, "d", "sum", condition{}, func(o *minio.PutObjectOptions, _ *string) {
			o.UserMetadata = map[string]string{"X-Amz-Checksum-Sha256": sum}
		})
		return err
	}
	bad := &source{sha: wrong}
	p.report.ChecksumHeader = check(right.checksum()) == nil && isRefusal(check(bad.checksum()))
	return ctx.Err()
}

// isRefusal reports whether the server answered that the request is wrong.
func isRefusal(err error) bool {
	var said minio.ErrorResponse
	return errors.As(err, &said) && said.StatusCode >= 400 && said.StatusCode < 500
}

// parts finds whether objects can be put together, and over others.
func (p *prober) parts(ctx context.Context) error {
	join := func(name string) error {
		const text = "part"
		upload, err := p.s.core.NewMultipartUpload(ctx, p.s.config.Bucket, p.folder+name, minio.PutObjectOptions{})
		if err != nil {
			return err
		}
		part, err := p.s.core.PutObjectPart(ctx, p.s.config.Bucket, p.folder+name, upload, 1, strings.NewReader(text), int64(len(text)),
			minio.PutObjectPartOptions{Sha256Hex: archive.DigestOf([]byte(text)).Hex(), DisableContentSha256: true})
		if err == nil {
			o := minio.PutObjectOptions{}
			o.SetMatchETagExcept("*")
			_, err = p.s.core.CompleteMultipartUpload(ctx, p.s.config.Bucket, p.folder+name, upload, []minio.CompletePart{{PartNumber: 1, ETag: part.ETag}}, o)
		}
		if err != nil {
			_ = p.s.core.AbortMultipartUpload(context.WithoutCancel(ctx), p.s.config.Bucket, p.folder+name, upload)
		}
		return err
	}
	if err := join("parts"); err != nil {
		p.warn(archive.Text{VI: "Không gửi được tệp lớn thành từng phần.", EN: "Large files cannot be sent in parts."})
		return ctx.Err()
	}
	p.report.Multipart = true
	var err error
	if p.report.CreateIfAbsentMultipart, err = level(join("a")); err != nil {
		p.report.CreateIfAbsentMultipart = Untested
	}
	return ctx.Err()
}

// names lists what the probe left.
func (p *prober) names(ctx context.Context) (names []string, err error) {
	err = p.s.retry(ctx, 0, func(ctx context.Context) error {
		names = names[:0]
		for o := range p.s.core.ListObjectsIter(ctx, p.s.config.Bucket, minio.ListObjectsOptions{Prefix: p.folder, Recursive: true}) {
			if o.Err != nil {
				return o.Err
			}
			names = append(names, o.Key)
		}
		return ctx.Err()
	})
	return names, err
}

func (p *prober) lists(ctx context.Context) error {
	if err := p.must(ctx, "listed", "x"); err != nil {
		return err
	}
	shown := func() (bool, error) {
		names, err := p.names(ctx)
		for _, name := range names {
			if name == p.folder+"listed" {
				return true, err
			}
		}
		return false, err
	}
	there, err := shown()
	if err == nil {
		err = p.s.remove(ctx, p.folder+"listed", "")
	}
	if err != nil {
		return err
	}
	still, err := shown()
	p.report.ListAfterWrite = there && !still
	return err
}

// clean removes every trace, older versions included where that is allowed.
func (p *prober) clean(ctx context.Context) error {
	names, err := p.names(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := p.s.remove(ctx, name, ""); err != nil {
			return err
		}
	}
	if p.report.Versioning && !p.report.compliant() {
		for _, name := range append(names, p.folder+"listed") {
			if err := p.s.purge(ctx, name); err != nil {
				p.warn(archive.Text{VI: "Không xóa được phiên bản cũ: thứ đã xóa vẫn còn trong thùng chứa.", EN: "Older versions cannot be removed: what is erased stays in the bucket."})
				break
			}
		}
	}
	return nil
}

// judge says in words what the findings mean.
func (p *prober) judge() {
	r, c := &p.report, p.s.config
	if r.CreateIfAbsent != Enforced {
		p.warn(archive.Text{VI: "Hai chương trình cùng tạo một khóa chỉ được phân biệt nhờ danh mục (If-None-Match: " + string(r.CreateIfAbsent) + ").",
			EN: "Two programs that create one key at the same time are told apart only by the catalog's lock (If-None-Match is " + string(r.CreateIfAbsent) + ")."})
	}
	if r.CompareAndSwap != Enforced {
		p.warn(archive.Text{VI: "Hai chương trình cùng thay một khóa chỉ được phân biệt nhờ danh mục (If-Match: " + string(r.CompareAndSwap) + ").",
			EN: "Two programs that replace one key at the same time are told apart only by the catalog's lock (If-Match is " + string(r.CompareAndSwap) + ")."})
	}
	if !r.SignedBody {
		p.warn(archive.Text{VI: "Máy chủ không so byte nhận được với chữ ký: hư hại trên đường đi chỉ lộ ra ở lần đọc sau.",
			EN: "The server does not compare bytes with their signature: what changes on the way is found by the next reading."})
	}
	if !r.RangeReads {
		p.warn(archive.Text{VI: "Không đọc tiếp được từ chỗ đứt.", EN: "Reading cannot go on where it broke off."})
	}
	if !r.ListAfterWrite {
		p.warn(archive.Text{VI: "Danh sách của thùng chứa chậm hơn thực tế: đối tượng làm dở có thể bị bỏ sót.", EN: "Lists are stale: half-made objects may be overlooked."})
	}
	if c.Trailing && !r.TrailingChecksum {
		p.warn(archive.Text{VI: "Máy chủ từ chối tổng kiểm ở cuối (trailing=on): chương trình gửi tổng kiểm ở đầu.", EN: "The server refuses checksums behind the bytes (trailing=on): they are sent before them."})
	}
	if c.Encryption != "" && r.Encryption == "" {
		p.warn(archive.Text{VI: "Đã yêu cầu mã hóa nhưng máy chủ không xác nhận.", EN: "Encryption is asked for, and the server does not say that it encrypts."})
	}
	if r.Versioning && !c.Purge {
		p.warn(archive.Text{VI: "Thùng chứa giữ phiên bản cũ: thứ đã xóa chỉ mất hẳn theo quy tắc của thùng chứa (hoặc dùng versions=purge).",
			EN: "The bucket keeps older versions: what is erased is gone only by the bucket's own rules (or with versions=purge)."})
	}
	if r.Retention != "" && c.Retention == 0 {
		p.warn(archive.Text{VI: "Thùng chứa tự khóa mọi đối tượng (" + r.Retention + "): trước thời hạn đó không xóa hẳn được gì.",
			EN: "The bucket locks every object by itself (" + r.Retention + "): before that nothing can be erased for good."})
	}
}
