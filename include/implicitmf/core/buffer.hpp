// SPDX-License-Identifier: MIT
/// \file
/// Large arrays whose untouched pages cost nothing and whose memory goes back when they end.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define IMPLICITMF_PLAIN_BUFFERS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define IMPLICITMF_PLAIN_BUFFERS 1
#endif
#if defined(__linux__) && !defined(IMPLICITMF_PLAIN_BUFFERS)
#define IMPLICITMF_MAPPED_BUFFERS 1
#include <sys/mman.h>
#endif

namespace implicitmf {

/// Alignment in bytes of every Buffer: a cache line, and the widest vector register.
inline constexpr std::size_t buffer_alignment = 64;

/// Allocator that leaves new elements of trivial types uninitialised, aligns to a cache line and
/// maps blocks of 1 MiB and more straight from the operating system (on Linux), so that peak
/// memory is what the live arrays touch, whatever the heap keeps back.
template <class T>
class BufferAllocator {
 public:
  using value_type = T;

  BufferAllocator() = default;
  template <class U>
  BufferAllocator(const BufferAllocator<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = n * sizeof(T);
#if defined(IMPLICITMF_MAPPED_BUFFERS)
    if (bytes >= mapped_from) {
      void* const p = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, mapped_flags, -1, 0);
      if (p == MAP_FAILED) throw std::bad_alloc();
      return static_cast<T*>(p);
    }
#endif
    return static_cast<T*>(::operator new (bytes, std::align_val_t{buffer_alignment}));
  }

  void deallocate(T* p, std::size_t n) noexcept {
#if defined(IMPLICITMF_MAPPED_BUFFERS)
    if (n * sizeof(T) >= mapped_from) {
      ::munmap(p, n * sizeof(T));
      return;
    }
#endif
    ::operator delete (p, std::align_val_t{buffer_alignment});
    static_cast<void>(n);
  }

  template <class U, class... Args>
  void construct(U* p, Args&&... args) {
    if constexpr (sizeof...(Args) == 0 && std::is_trivially_default_constructible_v<U>)
      ::new (static_cast<void*>(p)) U;  // no value: the page stays untouched
    else
      ::new (static_cast<void*>(p)) U(std::forward<Args>(args)...);
  }

  friend bool operator==(const BufferAllocator&, const BufferAllocator&) noexcept { return true; }

 private:
  static constexpr std::size_t mapped_from = std::size_t{1} << 20U;
#if defined(IMPLICITMF_MAPPED_BUFFERS)
  // What is never touched is not to be refused: upper bounds may pass the machine's memory.
  static constexpr int mapped_flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#endif
};

/// Asks for huge pages under memory that is not touched yet; does nothing where there are none, or
/// where they would be more than the memory.
inline void advise_huge_pages(void* data, std::size_t bytes) noexcept {
#if defined(IMPLICITMF_MAPPED_BUFFERS) && defined(MADV_HUGEPAGE)
  constexpr std::size_t worth_it = std::size_t{1} << 22U;
  if (bytes >= worth_it) ::madvise(data, bytes, MADV_HUGEPAGE);
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
#endif
}

/// A vector for large arrays of plain values; resize() leaves new elements uninitialised.
template <class T>
using Buffer = std::vector<T, BufferAllocator<T>>;

}  // namespace implicitmf
