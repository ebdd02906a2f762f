// Shown: the value of a variable as a reader of a trace sees it.
#pragma once

#include <string>
#include <type_traits>

#include <fmt/format.h>

namespace norn::detail {

template <class T>
inline constexpr bool is_shown = std::is_pointer_v<T> || std::is_null_pointer_v<T> ||
                                 std::is_enum_v<T> || fmt::is_formattable<T>::value;

// An address differs from run to run and is not shown. Types that fmt cannot print show as "…". Requires: all sources of
// a program include the same of fmt's headers for T.
template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T>) {
    return value == nullptr ? "nullptr" : "a pointer";
  } else if constexpr (fmt::is_formattable<T>::value) {
    return fmt::format("{}", value);
  } else if constexpr (std::is_enum_v<T>) {
    return fmt::format("{}", static_cast<long long>(value));
  } else {
    return "…";
  }
}

}  // namespace norn::detail
