package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// Routes returns the routes of a handler made by New, for tests.
func Routes(h http.Handler) gin.RoutesInfo { return h.(paced).next.(*gin.Engine).Routes() }
