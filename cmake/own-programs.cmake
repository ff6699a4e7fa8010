# How our own programs (tests, examples, benchmarks) are compiled; users never see these targets.
#   implicitmf_strict   the library with strict warnings and the chosen kernels, for plain flags
#   implicitmf_program  the same, for this machine's instruction set where IMPLICITMF_NATIVE asks

# Plain C++20 here, so that no extension slips into the headers unseen.
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(implicitmf_strict INTERFACE)
target_link_libraries(implicitmf_strict INTERFACE implicitmf::implicitmf)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(
    implicitmf_strict
    INTERFACE
      -Wall
      -Wextra
      -Wpedantic
      -Wconversion
      -Wsign-conversion
      -Wshadow
      $<$<BOOL:${IMPLICITMF_WERROR}>:-Werror>
  )
endif()
# g++ 12 sees overlapping copies in its own std::string operator+ (mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(implicitmf_strict INTERFACE -Wno-restrict)
endif()
target_compile_definitions(
  implicitmf_strict INTERFACE $<$<BOOL:${IMPLICITMF_NO_SIMD}>:IMPLICITMF_NO_SIMD>
)

# g++ 12 warns inside its own AVX-512 intrinsics, which start from a register left undefined.
set(implicitmf_avx512_options "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  set(implicitmf_avx512_options -Wno-maybe-uninitialized)
endif()

add_library(implicitmf_program INTERFACE)
target_link_libraries(
  implicitmf_program
  INTERFACE implicitmf_strict $<$<BOOL:${IMPLICITMF_NATIVE}>:implicitmf::native>
)
if(IMPLICITMF_NATIVE)
  target_compile_options(implicitmf_program INTERFACE ${implicitmf_avx512_options})
endif()

# implicitmf_need(PACKAGE TARGET DEBIAN_PACKAGE OPTION): a package that only our own programs use.
macro(implicitmf_need package target debian_package option)
  find_package(${package} CONFIG QUIET)
  if(NOT TARGET ${target})
    message(
      FATAL_ERROR "${package} was not found (Debian: ${debian_package}). Without it: -D${option}=OFF"
    )
  endif()
endmacro()
