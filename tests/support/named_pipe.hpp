// SPDX-License-Identifier: MIT
/// \file
/// A pipe with a path, for readers that take files.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

namespace support {

/// Whoever opens path() first and reads gets the bytes.
class NamedPipe {
 public:
  explicit NamedPipe(std::string bytes) : bytes_(std::move(bytes)) {
    std::signal(SIGPIPE, SIG_IGN);  // the reader may leave early
    if (::mkfifo(path().c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    writer_ = std::thread([this] { feed(); });
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;
  ~NamedPipe() {
    given_up_ = true;
    writer_.join();
  }

  [[nodiscard]] std::filesystem::path path() const { return directory_ / "pipe"; }

 private:
  /// Waits for a reader, and no longer than this lives: a test may fail before it reads.
  [[nodiscard]] int open_for_writing() const {
    while (!given_up_) {
      const int fd = ::open(path().c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
      if (fd >= 0) {
        ::fcntl(fd, F_SETFL, O_WRONLY);  // from here on wait for the reader
        return fd;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return -1;
  }

  void feed() const {
    const int fd = open_for_writing();
    if (fd < 0) return;
    const char* p = bytes_.data();
    for (std::size_t left = bytes_.size(); left > 0;) {
      const ssize_t put = ::write(fd, p, left);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) break;
      p += put;
      left -= static_cast<std::size_t>(put);
    }
    ::close(fd);
  }

  TemporaryDirectory directory_;
  std::string bytes_;
  std::atomic<bool> given_up_{false};
  std::thread writer_;
};

}  // namespace support
