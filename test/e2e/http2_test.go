// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/binary"
	"fmt"
	"io"
)

// What is needed of HTTP/2's numbers: types of frames, a flag, a code.
const (
	frameHeaders, frameReset, frameSettings = 1, 3, 4
	flagEndHeaders                          = 4
	refusedStream                           = 7
)

// streams is what a client sends that opens streams for one path, and resets each if told so.
func streams(path string, reset bool) []byte {
	block := headerBlock(":method", "POST", ":scheme", "https", ":authority", "x", ":path", path)
	out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(frameSettings, 0, 0, nil)...)
	for i := range uint32(openedStreams) {
		out = append(out, frame(frameHeaders, flagEndHeaders, 2*i+1, block)...)
		if reset {
			out = append(out, frame(frameReset, 0, 2*i+1, make([]byte, 4))...)
		}
	}
	return out
}

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	size := len(payload)
	head := []byte{byte(size >> 16), byte(size >> 8), byte(size), kind, flags}
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

// headerBlock writes names and values literally, without compression.
func headerBlock(pairs ...string) (block []byte) {
	for i, text := range pairs {
		if i%2 == 0 {
			block = append(block, 0)
		}
		if n := len(text); n < 127 {
			block = append(block, byte(n))
		} else {
			block = binary.AppendUvarint(append(block, 127), uint64(n-127))
		}
		block = append(block, text...)
	}
	return block
}

// awaitRefusedStreams reads frames until so many streams were refused.
func awaitRefusedStreams(r io.Reader, want int) error {
	for refused := 0; refused < want; {
		kind, payload, err := readFrame(r)
		if err != nil {
			return fmt.Errorf("after %d of %d refused streams: %w", refused, want, err)
		}
		if kind == frameReset && binary.BigEndian.Uint32(payload) == refusedStream {
			refused++
		}
	}
	return nil
}

func readFrame(r io.Reader) (kind byte, payload []byte, err error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	_, err = io.ReadFull(r, payload)
	return head[3], payload, err
}
