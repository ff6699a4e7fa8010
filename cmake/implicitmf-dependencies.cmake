# What the headers need, found in one way for the build and for the installed package. Sets
#   implicitmf_dependencies  the targets that implicitmf links
#   implicitmf_missing       a sentence for each dependency that is absent or too old
#
# Packages are looked for without a version and compared here: the version files of xsimd and of
# Eigen 3.4.0 refuse every other major number, also newer ones that serve as well.

set(implicitmf_dependencies Eigen3::Eigen implicitmf::xsimd Threads::Threads)
set(implicitmf_missing "")

if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 CONFIG QUIET)
  if(NOT TARGET Eigen3::Eigen)
    list(APPEND implicitmf_missing "Eigen 3.4 or newer (Debian: libeigen3-dev)")
  elseif(Eigen3_VERSION VERSION_LESS 3.4)
    list(APPEND implicitmf_missing "Eigen 3.4 or newer; found ${Eigen3_VERSION} in ${Eigen3_DIR}")
  endif()
endif()

# xsimd: only its include directories. The target that release 8.1 exports also links a library
# xtl that does not exist as a file, and no release exports a name with a namespace.
if(NOT TARGET implicitmf::xsimd)
  if(NOT TARGET xsimd)
    find_package(xsimd CONFIG QUIET)
    if(xsimd_FOUND AND xsimd_VERSION VERSION_LESS 8.1)
      list(APPEND implicitmf_missing "xsimd 8.1 or newer; found ${xsimd_VERSION} in ${xsimd_DIR}")
    endif()
  endif()
  if(TARGET xsimd)
    get_target_property(implicitmf_xsimd_includes xsimd INTERFACE_INCLUDE_DIRECTORIES)
    add_library(implicitmf::xsimd INTERFACE IMPORTED)
    target_include_directories(implicitmf::xsimd INTERFACE ${implicitmf_xsimd_includes})
    unset(implicitmf_xsimd_includes)
  else()
    list(APPEND implicitmf_missing "xsimd 8.1 or newer (Debian: libxsimd-dev)")
  endif()
endif()

if(NOT TARGET Threads::Threads)
  find_package(Threads QUIET)
  if(NOT TARGET Threads::Threads)
    list(APPEND implicitmf_missing "a thread library")
  endif()
endif()
