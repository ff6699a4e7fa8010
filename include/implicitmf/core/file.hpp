// SPDX-License-Identifier: MIT
/// \file
/// Files: reading at any place, and writing so that a reader sees the whole new file or the old.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/errors.hpp>

namespace implicitmf {

namespace detail {

/// An open file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  /// Closes now; 0, or the errno value of a close that failed (a late write error, say).
  [[nodiscard]] int close() noexcept {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0 ? 0 : errno;
  }

 private:
  int fd_ = -1;
};

}  // namespace detail

/// A file opened for reading; the path "-" is standard input.
///
/// \par Thread safety  read_at() may be called concurrently; read() from one thread.
class InputFile {
 public:
  /// \throws IoError if the file can't be opened, or is a directory.
  explicit InputFile(std::filesystem::path path) : path_(std::move(path)) {
    fd_ = detail::FileDescriptor(path_ == "-" ? STDIN_FILENO
                                              : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd_.get() < 0) throw IoError(path_, "can't open", errno);
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw IoError(path_, "can't look at", errno);
    if (S_ISDIR(status.st_mode)) throw IoError(path_, "can't read", EISDIR);
    regular_ = S_ISREG(status.st_mode) && path_ != "-";
    if (regular_) size_ = static_cast<std::uint64_t>(status.st_size);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The path as messages name it.
  [[nodiscard]] std::string name() const {
    return path_ == "-" ? std::string("standard input") : path_.string();
  }
  /// Whether size() is known and read_at() works: not for pipes and terminals.
  [[nodiscard]] bool is_regular() const noexcept { return regular_; }
  /// Bytes when opened; 0 if not regular.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Maps size() bytes for reading, which munmap() gives back; null if the system can't.
  [[nodiscard]] void* map() const noexcept {
    void* const p = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0);
    return p == MAP_FAILED ? nullptr : p;
  }
  /// Reads on from where the last read() ended: `count` bytes, fewer only at the end of the file.
  /// \throws IoError
  std::size_t read(char* to, std::size_t count) {
    return fill(to, count,
                [this](char* p, std::size_t n, std::size_t) { return ::read(fd_.get(), p, n); });
  }
  /// Reads `count` bytes from byte `offset` on, fewer only at the end of the file.
  /// \throws IoError
  std::size_t read_at(std::uint64_t offset, char* to, std::size_t count) const {
    return fill(to, count, [this, offset](char* p, std::size_t n, std::size_t done) {
      return ::pread(fd_.get(), p, n, static_cast<off_t>(offset + done));
    });
  }

 private:
  template <class ReadSome>
  std::size_t fill(char* to, std::size_t count, ReadSome&& read_some) const {
    std::size_t done = 0;
    while (done < count) {
      const ::ssize_t got = read_some(to + done, count - done, done);
      if (got == 0) break;
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw IoError(path_, "can't read", errno);
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  std::filesystem::path path_;
  detail::FileDescriptor fd_;
  std::uint64_t size_ = 0;
  bool regular_ = false;
};

/// A file being written aside: what is written goes to a temporary file in the same folder, which
/// commit() flushes to the disk and renames to `path`. Without commit() (an exception, say) it is
/// removed and whatever stood at `path` stays as it was. A path that exists and is no regular file
/// (a device, a pipe) is written to directly; "-" is standard output.
class OutputFile {
 public:
  /// \throws IoError if the temporary file can't be made.
  explicit OutputFile(std::filesystem::path path) : path_(std::move(path)) {
    buffer_.reserve(buffer_size);
    if (path_ == "-") {
      fd_ = detail::FileDescriptor(STDOUT_FILENO);
      return;
    }
    struct stat status {};
    const bool exists = ::stat(path_.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) throw IoError(path_, "can't write", EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
      if (!open_for_writing(path_, 0)) throw IoError(path_, "can't write", errno);
      return;
    }
    path_ = behind_links(path_);
    open_aside();
  }
  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})),
        fd_(std::move(other.fd_)),
        buffer_(std::move(other.buffer_)),
        written_(other.written_) {}
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  /// \throws IoError (a full disk, say)
  void write(const void* data, std::size_t size) {
    const char* p = static_cast<const char*>(data);
    written_ += size;
    if (buffer_.size() + size > buffer_size) flush();
    if (size >= buffer_size)
      write_out(p, size);
    else
      buffer_.insert(buffer_.end(), p, p + size);
  }
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Bytes written so far.
  [[nodiscard]] std::uint64_t size() const noexcept { return written_; }

  /// Brings what is written to the disk, for files that belong together: once all are there,
  /// commit() of each has nothing left to do but to rename.
  /// \throws IoError
  void flush_to_disk() {
    flush();
    if (!temporary_.empty() && ::fsync(fd_.get()) != 0 && errno != EINVAL)
      throw IoError(path_, "can't flush", errno);
  }
  /// Makes the file what stands at `path`. Nothing may be written after it.
  /// \throws IoError; the temporary file is then removed.
  void commit() {
    flush_to_disk();
    if (temporary_.empty()) return;
    if (const int error = fd_.close(); error != 0) throw IoError(path_, "can't close", error);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0)
      throw IoError(path_, "can't rename the finished file", errno);
    temporary_.clear();
  }

 private:
  static constexpr std::size_t buffer_size = std::size_t{1} << 18U;

  /// Where a symbolic link leads: that file is replaced, or made, and the link stays.
  static std::filesystem::path behind_links(std::filesystem::path path) {
    constexpr int most = 40;  // as Linux counts; a circle of links is replaced by the file
    std::error_code error;
    for (int i = 0; i < most && std::filesystem::is_symlink(path, error); ++i) {
      auto target = std::filesystem::read_symlink(path, error);
      if (error) break;
      path = path.parent_path() / target;  // an absolute target stands alone
    }
    return path;
  }

  bool open_for_writing(const std::filesystem::path& at, int flags) {
    fd_ = detail::FileDescriptor(::open(at.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
    return fd_.get() >= 0;
  }
  /// Makes the temporary file, under a name that nobody has: two writers of one path don't meet.
  void open_aside() {
    if (path_.filename().empty()) throw IoError(path_, "can't write", ENOENT);
    for (int i = 0;; ++i) {
      std::filesystem::path aside = path_;
      aside += ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(i);
      if (open_for_writing(aside, O_CREAT | O_EXCL)) {
        temporary_ = std::move(aside);
        return;
      }
      if (errno != EEXIST) throw IoError(path_, "can't write", errno);
    }
  }
  void flush() {
    write_out(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  void write_out(const char* p, std::size_t size) {
    while (size > 0) {
      const ::ssize_t put = ::write(fd_.get(), p, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw IoError(path_, "can't write", errno);
      p += put;
      size -= static_cast<std::size_t>(put);
    }
  }

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  detail::FileDescriptor fd_;
  Buffer<char> buffer_;
  std::uint64_t written_ = 0;
};

/// Reads a file from its start with a fixed buffer, knowing how far it is: the base of all readers.
class BufferedReader {
 public:
  /// \throws IoError
  explicit BufferedReader(const std::filesystem::path& path)
      : file_(path), buffer_(std::size_t{1} << 18U) {}

  [[nodiscard]] const InputFile& file() const noexcept { return file_; }
  /// Bytes consumed so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return consumed_ + at_; }
  /// Whether the file has at least `bytes` left; always true of a pipe, whose end is not known.
  [[nodiscard]] bool may_have(std::uint64_t bytes) const noexcept {
    return !file_.is_regular() ||
           (file_.size() >= position() && bytes <= file_.size() - position());
  }
  /// Whether the end of the file is reached.
  [[nodiscard]] bool at_end() { return at_ == end_ && !refill(); }

  /// Reads up to the next `stop` byte, which is consumed and not kept, or to the end of the file.
  /// False if nothing was left. At most `limit` bytes are kept; one more is an error.
  /// \throws IoError; InputError where the limit is passed
  bool read_until(char stop, std::string& text, std::size_t limit) {
    text.clear();
    if (at_end()) return false;
    do {
      const char* const from = buffer_.data() + at_;
      const auto* const hit = static_cast<const char*>(std::memchr(from, stop, end_ - at_));
      const std::size_t length = hit != nullptr ? static_cast<std::size_t>(hit - from) : end_ - at_;
      if (length > limit - text.size())
        throw InputError::at_byte(file_.name(), position(),
                                  "a piece longer than " + std::to_string(limit) + " bytes");
      text.append(from, length);
      at_ += length;
      if (hit != nullptr) {
        ++at_;
        return true;
      }
    } while (!at_end());
    return true;
  }
  /// The next byte without consuming it, or -1 at the end.
  [[nodiscard]] int peek() {
    return at_end() ? -1 : static_cast<int>(static_cast<unsigned char>(buffer_[at_]));
  }
  /// Bytes that lookahead() can show.
  static constexpr std::size_t most_lookahead = std::size_t{1} << 16U;
  /// The next `size` bytes without consuming them, fewer only at the end of the file; valid until
  /// the next call. At most most_lookahead.
  [[nodiscard]] std::string_view lookahead(std::size_t size) {
    if (end_ - at_ < size) {
      consumed_ += at_;
      end_ -= at_;
      std::memmove(buffer_.data(), buffer_.data() + at_, end_);
      at_ = 0;
      end_ += file_.read(buffer_.data() + end_, buffer_.size() - end_);
    }
    return {buffer_.data() + at_, std::min(size, end_ - at_)};
  }
  /// Reads `size` bytes, fewer only at the end of the file.
  std::size_t read(void* to, std::size_t size) {
    auto* p = static_cast<char*>(to);
    std::size_t done = 0;
    while (done < size && !at_end()) {
      const std::size_t part = std::min(size - done, end_ - at_);
      std::memcpy(p + done, buffer_.data() + at_, part);
      at_ += part;
      done += part;
    }
    return done;
  }

 private:
  bool refill() {
    consumed_ += end_;
    at_ = 0;
    end_ = file_.read(buffer_.data(), buffer_.size());
    return end_ > 0;
  }

  InputFile file_;
  Buffer<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t consumed_ = 0;
};

}  // namespace implicitmf
