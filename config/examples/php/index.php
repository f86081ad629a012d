<?php
header('Content-Type: text/plain');
printf("worker %s pid %d\n", getenv('REUSEPORT_WORKER'), getmypid());
