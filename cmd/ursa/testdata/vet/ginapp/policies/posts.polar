allow(user: User, action, post: Post) if action in ["read", "edit"] and post.author = user;
