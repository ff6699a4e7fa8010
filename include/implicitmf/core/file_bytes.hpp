// SPDX-License-Identifier: MIT
/// \file
/// FileBytes: what a file holds as one run of bytes, mapped where the system can.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/mman.h>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/file.hpp>

namespace implicitmf {

/// A file's bytes, for readers that jump or share the work among threads. A file is mapped: only
/// the parts that are looked at are read, and none is copied. A pipe is read to memory, and no
/// further than asked.
///
/// A mapped file must not be cut shorter meanwhile: the system ends a process that looks at bytes
/// which are gone. Writers that replace a file by renaming, as OutputFile does, do no harm.
///
/// \par Memory  none of a file beside the system's cache; of a pipe its bytes, twice while it
/// grows.
/// \par Thread safety  the views may be read concurrently; the calls from one thread.
class FileBytes {
 public:
  /// \param path  the file; "-" is standard input
  /// \throws IoError if the file can't be opened, or is a directory.
  explicit FileBytes(const std::filesystem::path& path) : file_(path) {
// The address sanitizer sees a byte too many of what is read, not of what is mapped.
#if !defined(IMPLICITMF_PLAIN_BUFFERS)
    if (file_.size() == 0) return;
    void* const mapped = file_.map();
    if (mapped != nullptr)
      bytes_ = {static_cast<const char*>(mapped), static_cast<std::size_t>(file_.size())};
    mapped_ = mapped != nullptr;
#endif
  }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() {
    if (mapped_) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }

  /// The file as messages name it.
  [[nodiscard]] std::string name() const { return file_.name(); }

  /// The first `size` bytes, fewer only if the file has no more; of a pipe no more is read. Valid
  /// until the next call.
  /// \throws IoError
  [[nodiscard]] std::string_view head(std::size_t size) {
    if (!mapped_) read_on(size);
    return bytes_.substr(0, size);
  }
  /// All bytes.
  /// \throws IoError
  [[nodiscard]] std::string_view all() {
    constexpr std::size_t least = std::size_t{1} << 20U;
    while (!mapped_ && !ended_)
      read_on(std::max({least, 2 * bytes_.size(), static_cast<std::size_t>(file_.size() + 1)}));
    return bytes_;
  }

 private:
  /// Reads on until the buffer holds `size` bytes or the file ends.
  void read_on(std::size_t size) {
    const std::size_t held = buffer_.size();
    if (ended_ || size <= held) return;
    buffer_.resize(size);
    buffer_.resize(held + file_.read(buffer_.data() + held, size - held));
    ended_ = buffer_.size() < size;
    bytes_ = {buffer_.data(), buffer_.size()};
  }

  InputFile file_;
  Buffer<char> buffer_;
  std::string_view bytes_;
  bool mapped_ = false;
  bool ended_ = false;
};

}  // namespace implicitmf
