package s3_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
)

// deaf carries out a conditional write without its condition, under its own signature.
func deaf(t testing.TB, core *minio.Core, w http.ResponseWriter, r *http.Request) {
	bucket, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx := context.WithoutCancel(r.Context())
	var done minio.UploadInfo
	if r.Method == http.MethodPost {
		var list struct {
			Part []minio.CompletePart
		}
		if err := xml.Unmarshal(body, &list); err != nil {
			t.Error(err)
		}
		done, err = core.CompleteMultipartUpload(ctx, bucket, name, r.URL.Query().Get("uploadId"), list.Part, minio.PutObjectOptions{})
	} else {
		o := minio.PutObjectOptions{UserMetadata: map[string]string{}}
		for header := range r.Header {
			if key, ok := strings.CutPrefix(header, "X-Amz-Meta-"); ok {
				o.UserMetadata[key] = r.Header.Get(header)
			}
		}
		done, err = core.PutObject(ctx, bucket, name, strings.NewReader(string(body)), int64(len(body)), "", "", o)
	}
	if err != nil {
		t.Errorf("%s %s without its condition: %v", r.Method, r.URL, err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("ETag", `"`+done.ETag+`"`)
	if r.Method == http.MethodPost {
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag></CompleteMultipartUploadResult>`, bucket, name, done.ETag)
	}
}
