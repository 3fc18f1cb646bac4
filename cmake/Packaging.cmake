# What `make install` installs. Packages are made by cmake/packaging.
include(GNUInstallDirs)
if(PLUMB_PORTABLE)
  return()
endif()
install(TARGETS plumb RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS plumb-exec RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
install(FILES $<TARGET_FILE:plumb-exec>.gz DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb)
if(APPLE)
  # Those for other hosts, which are not made there.
  install(DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/ DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/plumb
          USE_SOURCE_PERMISSIONS FILES_MATCHING PATTERN plumb-exec-*)
endif()
# What the program says of itself: manual pages, and what completes its words in three shells.
install(CODE "
  set(folder \"${PROJECT_BINARY_DIR}/words\")
  file(MAKE_DIRECTORY \"\${folder}\")
  execute_process(COMMAND \"$<TARGET_FILE:plumb>\" man \"\${folder}/man\" COMMAND_ERROR_IS_FATAL ANY)
  foreach(shell bash zsh fish)
    execute_process(COMMAND \"$<TARGET_FILE:plumb>\" completion \${shell} OUTPUT_FILE \"\${folder}/\${shell}\"
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()")
install(DIRECTORY ${PROJECT_BINARY_DIR}/words/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/words/bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME plumb)
install(FILES ${PROJECT_BINARY_DIR}/words/zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _plumb)
install(FILES ${PROJECT_BINARY_DIR}/words/fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME plumb.fish)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
