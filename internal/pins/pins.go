// Package pins keeps minio-go required until storage/blob/s3 imports it.
package pins

import _ "github.com/minio/minio-go/v7"
