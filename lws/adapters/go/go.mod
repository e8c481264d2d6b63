module example.com/lws

go 1.19
