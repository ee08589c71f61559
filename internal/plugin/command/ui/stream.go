// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"encoding/json"
	"net/http"
	"time"
)

// stream sends server-sent events until the page is gone, or the command ends.
func (s *site) stream(w http.ResponseWriter, r *http.Request) {
	news := s.hub.join()
	if news == nil {
		refuse(w, http.StatusTooManyRequests)
		return
	}
	defer s.hub.leave(news)
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	heart := time.NewTicker(beat)
	defer heart.Stop()
	for {
		text := []byte(": still here\n\n")
		select {
		case <-r.Context().Done():
			return
		case <-heart.C:
		case <-news.wake:
			encoded, err := json.Marshal(s.hub.take(news, s.place))
			if err != nil {
				return
			}
			text = append(append([]byte("data: "), encoded...), "\n\n"...)
		}
		if !send(c, w, text) || !rest(r, s.hub, news) {
			return
		}
	}
}

// send reports whether the page took it in time.
func send(c *http.ResponseController, w http.ResponseWriter, text []byte) bool {
	if c.SetWriteDeadline(time.Now().Add(writeTimeout)) != nil {
		return false
	}
	if _, err := w.Write(text); err != nil {
		return false
	}
	return c.Flush() == nil
}

// rest gathers changes; what a page is to know at its beginning does not wait.
func rest(r *http.Request, h *hub, news *stream) bool {
	if h.behind(news) {
		return true
	}
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(gather):
		return true
	}
}

// behind reports whether a stream has a whole message to send.
func (h *hub) behind(s *stream) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(s.dirty) >= maxRows
}
