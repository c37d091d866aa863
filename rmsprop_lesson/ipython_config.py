# Installed as etc/ipython/ipython_config.py of the environment, which every kernel there reads.
c.InteractiveShellApp.extensions.append("rmsprop_lesson.course.guide")  # noqa: F821
